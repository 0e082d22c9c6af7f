public import Logging
import Synchronization

/// A logger for trouble that others cause: each kind is written a number of times a minute, then
/// only counted, and the count is written when the minute ends. Any thread may call.
public final class RateLimitedLog: Sendable {
  private struct Window {
    let start: UInt64
    var written = 0
    var suppressed = 0
    var worst = Logger.Level.trace
  }

  private struct State {
    var ratePerMinute: Int
    var windows: [String: Window] = [:]
  }

  /// Kinds beyond this number share one count, so that the kinds cannot use up memory.
  public static let maximumKinds = 256
  static let kindOfOthers = "others"
  private static let minuteNanoseconds: UInt64 = 60_000_000_000

  private let logger: Logger
  private let state: Mutex<State>

  public init(_ logger: Logger, ratePerMinute: Int) {
    precondition(ratePerMinute > 0)
    self.logger = logger
    state = Mutex(State(ratePerMinute: ratePerMinute))
  }

  /// In force from the next message on.
  public var ratePerMinute: Int {
    get { state.withLock { $0.ratePerMinute } }
    set {
      precondition(newValue > 0)
      state.withLock { $0.ratePerMinute = newValue }
    }
  }

  /// Writes `message`, unless its kind had its share of this minute. `kind` is also the message's
  /// `reason`.
  public func log(
    _ level: Logger.Level, kind: String, _ message: @autoclosure () -> Logger.Message,
    metadata: @autoclosure () -> Logger.Metadata = [:],
    now: UInt64 = MonotonicClock.nanoseconds()
  ) {
    guard level >= logger.logLevel else { return }
    let (isWritten, ended) = state.withLock { state in
      let known = state.windows[kind] != nil || state.windows.count < Self.maximumKinds
      let kind = known ? kind : Self.kindOfOthers
      let ended = Self.takeEnded(&state, now: now)
      var window = state.windows[kind] ?? Window(start: now)
      let isWritten = window.written < state.ratePerMinute
      if isWritten {
        window.written += 1
      } else {
        window.suppressed += 1
        window.worst = max(window.worst, level)
      }
      state.windows[kind] = window
      return (isWritten, ended)
    }
    writeSummaries(ended)
    if isWritten {
      var fields = metadata()
      fields["reason"] = "\(kind)"
      logger.log(level: level, message(), metadata: fields)
    }
  }

  /// Writes the counts of minutes that ended; called now and then, and with `all` before leaving.
  public func flush(all: Bool = false, now: UInt64 = MonotonicClock.nanoseconds()) {
    let ended = state.withLock { Self.takeEnded(&$0, now: all ? .max : now) }
    writeSummaries(ended)
  }

  private static func takeEnded(_ state: inout State, now: UInt64) -> [(String, Window)] {
    let ended = state.windows.filter { now - min(now, $0.value.start) >= minuteNanoseconds }
    for kind in ended.keys { state.windows[kind] = nil }
    return ended.filter { $0.value.suppressed > 0 }.sorted { $0.key < $1.key }
  }

  private func writeSummaries(_ ended: [(String, Window)]) {
    for (kind, window) in ended {
      logger.log(
        level: window.worst,
        "\(window.suppressed) more messages of kind '\(kind)' within a minute were not written",
        metadata: ["reason": "\(kind)", "suppressed": "\(window.suppressed)"])
    }
  }
}
