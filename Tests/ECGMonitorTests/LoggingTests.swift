import ECGMonitor
import Logging
import Synchronization
import Testing

/// A logger that keeps what was written, as "LEVEL MESSAGE [name: value, ...]".
final class RecordedLog: Sendable {
  private let kept = Mutex<[String]>([])
  var lines: [String] { kept.withLock { $0 } }

  func logger(threshold: LogThreshold = LogThreshold(.info)) -> Logger {
    Logger(label: "test") { _ in Handler(log: self, threshold: threshold) }
  }

  private struct Handler: LogHandler {
    let log: RecordedLog
    let threshold: LogThreshold
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level {
      get { threshold.level }
      set { threshold.level = newValue }
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
      let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }
        .map { "\($0.key): \($0.value)" }.joined(separator: ", ")
      log.kept.withLock { $0.append("\(event.level) \(event.message) [\(fields)]") }
    }
  }
}

@Suite("RateLimitedLog")
struct LoggingRateTests {
  let second: UInt64 = 1_000_000_000

  @Test("each kind is written a number of times a minute, then counted, and the count written")
  func limits() {
    let recorder = RecordedLog()
    let log = RateLimitedLog(recorder.logger(), ratePerMinute: 2)
    for n: UInt64 in 0..<5 {
      log.log(.warning, kind: "gap", "gap \(n)", metadata: ["stream": "bed"], now: n * second)
    }
    log.log(.error, kind: "gap", "gap 5", now: 59 * second)
    log.log(.info, kind: "late", "late 0", now: 59 * second)
    #expect(
      recorder.lines == [
        "warning gap 0 [reason: gap, stream: bed]", "warning gap 1 [reason: gap, stream: bed]",
        "info late 0 [reason: late]",
      ])
    log.log(.warning, kind: "gap", "gap 6", now: 60 * second)
    #expect(
      recorder.lines.dropFirst(3) == [
        "error 4 more messages of kind 'gap' within a minute were not written "
          + "[reason: gap, suppressed: 4]",
        "warning gap 6 [reason: gap]",
      ])
  }

  @Test("a flush writes the counts of minutes that ended, and before leaving all of them")
  func flushes() {
    let recorder = RecordedLog()
    let log = RateLimitedLog(recorder.logger(), ratePerMinute: 1)
    for _ in 0..<3 { log.log(.warning, kind: "a", "x", now: 0) }
    for _ in 0..<2 { log.log(.warning, kind: "b", "x", now: 30 * second) }
    log.flush(now: 59 * second)
    #expect(recorder.lines.count == 2)
    log.flush(now: 60 * second)
    #expect(recorder.lines.count == 3)
    #expect(recorder.lines.last?.contains("2 more messages of kind 'a'") == true)
    log.flush(now: 61 * second)
    #expect(recorder.lines.count == 3)
    log.flush(all: true, now: 62 * second)
    #expect(recorder.lines.last?.contains("1 more messages of kind 'b'") == true)
  }

  @Test("what the threshold keeps out costs no kind and no message")
  func threshold() {
    let recorder = RecordedLog()
    let threshold = LogThreshold(.warning)
    let log = RateLimitedLog(recorder.logger(threshold: threshold), ratePerMinute: 1)
    for _ in 0..<9 { log.log(.info, kind: "a", "x", now: 0) }
    log.flush(all: true, now: 0)
    #expect(recorder.lines == [])
    threshold.level = .debug
    log.log(.info, kind: "a", "x", now: 0)
    #expect(recorder.lines == ["info x [reason: a]"])
  }

  @Test("kinds beyond the maximum share one count")
  func manyKinds() {
    let recorder = RecordedLog()
    let log = RateLimitedLog(recorder.logger(), ratePerMinute: 1)
    for n in 0..<(RateLimitedLog.maximumKinds + 50) {
      log.log(.info, kind: "kind-\(n)", "x", now: 0)
    }
    #expect(recorder.lines.count == RateLimitedLog.maximumKinds + 1)
    log.flush(all: true, now: 0)
    #expect(recorder.lines.last?.contains("49 more messages of kind 'others'") == true)
  }

  @Test("a new rate is in force at once")
  func newRate() {
    let recorder = RecordedLog()
    let log = RateLimitedLog(recorder.logger(), ratePerMinute: 1)
    for _ in 0..<3 { log.log(.info, kind: "a", "x", now: 0) }
    log.ratePerMinute = 3
    for _ in 0..<3 { log.log(.info, kind: "a", "x", now: 0) }
    #expect(recorder.lines.count == 3)
  }
}

@Suite("LogThreshold")
struct LoggingThresholdTests {
  @Test("every level of the configuration is the logger's of that name")
  func levels() {
    for level in Configuration.Logging.Level.allCases {
      #expect(level.loggerLevel.rawValue == level.rawValue)
      #expect(LogThreshold(level.loggerLevel).level == level.loggerLevel)
    }
  }

  @Test("moving the threshold moves every logger that shares it, except one set by itself")
  func shared() {
    let threshold = LogThreshold(.info)
    let logger = SystemLogHandler.logger(
      identifier: "test", destination: .standardError, threshold: threshold)
    var own = logger
    own.logLevel = .critical
    threshold.level = .debug
    #expect(logger.logLevel == .debug)
    #expect(own.logLevel == .critical)
  }
}
