import ECGAlarm
import ECGCore
import ECGJournal
import ECGPipeline
import ECGWire
import Glibc
import Logging

/// Turns drafts into numbered alert events and keeps them in the journal before anyone sees them.
///
/// Where the journal fails, alerts go out all the same, the failure is logged, and opening it is
/// tried again. Owned by the publisher thread.
struct AlertWriter: ~Copyable {
  /// What is to be told.
  enum Item: Sendable {
    case stream(AlertDraft, StreamFacts)
    case daemon(ConditionName, AlertPhase, String)
  }

  /// An event ready for the socket.
  struct Written {
    var stream: StreamID
    var event: AlertEvent
    var json: [UInt8]
  }

  /// The name under which the journal keeps events about the daemon itself.
  static let daemonStream = StreamID("_ecgd")!
  private static let retryNs: UInt64 = 10_000_000_000
  private static let retentionNs: UInt64 = 60_000_000_000

  private let path: String
  private let retentionDays: Int
  private let facts: DaemonFacts
  private var journal: AlertJournal?
  private var lastSequence: UInt64 = 0
  private var lastStreamSequences: [StreamID: UInt64] = [:]
  private var alarms: [AlarmKey: String] = [:]
  private var retriedNs: UInt64 = 0
  private var cleanedNs: UInt64 = 0
  private(set) var publishedCount: UInt64 = 0

  private struct AlarmKey: Hashable {
    var stream: StreamID
    var condition: ConditionName
  }

  init(path: String, retentionDays: Int, facts: DaemonFacts, log: RateLimitedLog) {
    self.path = path
    self.retentionDays = retentionDays
    self.facts = facts
    journal = nil
    open(log: log)
  }

  /// Numbers the items, keeps them, and returns them in order.
  mutating func write(_ items: [Item], log: RateLimitedLog) -> [Written] {
    let now = Self.wallNs()
    let written = items.map { number($0, nowNs: now) }
    keep(written, nowNs: now, log: log)
    publishedCount += UInt64(written.count)
    return written
  }

  /// The last events of alarms that an earlier process left on, in their order. Looks back over
  /// the journal's last events.
  func openAlarms() -> [AlertEvent] {
    var open: [String: AlertEvent] = [:]
    for json in events(since: lastSequence - min(lastSequence, Self.lookBack), limit: .max) ?? [] {
      guard let event = try? AlertEvent.decode(json) else { continue }
      open[event.alarm] = event.phase == .end ? nil : event
    }
    return open.values.sorted { $0.sequence < $1.sequence }
  }

  /// Alarms of an earlier process that go on: what follows belongs to them.
  mutating func resume(_ continued: [AlertEvent]) {
    for event in continued {
      guard let stream = event.stream.flatMap({ StreamID($0) }) else { continue }
      alarms[AlarmKey(stream: stream, condition: event.condition)] = event.alarm
    }
  }

  /// Ends alarms that an earlier process left on and that do not go on, so that every start has an
  /// end.
  mutating func end(abandoned: [AlertEvent], log: RateLimitedLog) -> [Written] {
    let now = Self.wallNs()
    let ended = abandoned.compactMap { event in
      let stream = event.stream.map { StreamID($0) } ?? Self.daemonStream
      return stream.map { end(event, of: $0, nowNs: now) }
    }
    keep(ended, nowNs: now, log: log)
    publishedCount += UInt64(ended.count)
    return ended
  }

  private static let lookBack: UInt64 = 20_000

  private mutating func end(_ last: AlertEvent, of stream: StreamID, nowNs: Int64) -> Written {
    let id = nextID(stream)
    var event = last
    event.id = id.text
    event.sequence = Int64(lastSequence)
    event.streamSequence = Int64(id.streamSequence)
    event.phase = .end
    event.end = event.detection
    event.reason = "ecgd was started anew: what was alarmed before is not known to go on"
    event.wall = AlertEvent.Wall(publishedAt: UTCTime.text(nanoseconds: nowNs))
    return Written(stream: stream, event: event, json: event.encoded())
  }

  private mutating func nextID(_ stream: StreamID) -> (text: String, streamSequence: UInt64) {
    lastSequence += 1
    let streamSequence = (lastStreamSequences[stream] ?? 0) + 1
    lastStreamSequences[stream] = streamSequence
    return ("\(stream):\(streamSequence)", streamSequence)
  }

  /// What an earlier process kept and may not have published.
  mutating func unpublished(log: RateLimitedLog) -> [JournalEntry] {
    do throws(JournalError) {
      return try journal?.unpublished(limit: 10_000) ?? []
    } catch {
      fail(error, log: log)
      return []
    }
  }

  mutating func markPublished(log: RateLimitedLog) {
    do throws(JournalError) {
      try journal?.markPublished(through: lastSequence, atMs: Self.wallNs() / 1_000_000)
    } catch {
      fail(error, log: log)
    }
  }

  /// Now and then: opens a journal that failed, and removes what is too old.
  mutating func maintain(log: RateLimitedLog) {
    let now = MonotonicClock.nanoseconds()
    if journal == nil, now - retriedNs > Self.retryNs { open(log: log) }
    guard now - cleanedNs > Self.retentionNs else { return }
    cleanedNs = now
    let cutoffMs = Self.wallNs() / 1_000_000 - Int64(retentionDays) * 86_400_000
    do throws(JournalError) {
      _ = try journal?.removeEvents(recordedBeforeMs: cutoffMs)
    } catch {
      fail(error, log: log)
    }
  }

  /// Events after a sequence number, as their JSON; nil where the journal is not to be read.
  func events(since: UInt64, limit: Int) -> [[UInt8]]? {
    try? journal?.events(since: since, limit: limit).map(\.json)
  }

  var sequence: UInt64 { lastSequence }

  private mutating func number(_ item: Item, nowNs: Int64) -> Written {
    let (stream, condition, phase) =
      switch item {
      case .stream(let draft, let facts): (facts.stream, draft.condition, draft.transition.phase)
      case .daemon(let condition, let phase, _): (Self.daemonStream, condition, phase)
      }
    let (id, streamSequence) = nextID(stream)
    let key = AlarmKey(stream: stream, condition: condition)
    if phase == .start { alarms[key] = id }
    let alarm = alarms[key] ?? id
    if phase == .end { alarms[key] = nil }
    var event = AlertEvent(
      id: id, alarm: alarm, sequence: Int64(lastSequence), streamSequence: Int64(streamSequence),
      phase: phase, condition: condition, priority: condition.priority, reason: "", mode: .real)
    switch item {
    case .stream(let draft, let facts): event.dress(draft, facts, of: self.facts)
    case .daemon(_, _, let reason): event.reason = reason
    }
    event.wall?.publishedAt = UTCTime.text(nanoseconds: nowNs)
    return Written(stream: stream, event: event, json: event.encoded())
  }

  private mutating func keep(_ written: [Written], nowNs: Int64, log: RateLimitedLog) {
    let entries = written.map {
      JournalEntry(
        sequence: UInt64($0.event.sequence), stream: $0.stream,
        streamSequence: UInt64($0.event.streamSequence), id: $0.event.id, json: $0.json,
        recordedAtMs: nowNs / 1_000_000)
    }
    do throws(JournalError) {
      try journal?.append(entries)
    } catch {
      fail(error, log: log)
    }
  }

  private mutating func open(log: RateLimitedLog) {
    retriedNs = MonotonicClock.nanoseconds()
    do throws(JournalError) {
      adopt(try AlertJournal(path: path))
    } catch .corrupt(let path, let detail) {
      setAside(path, detail, log: log)
    } catch {
      fail(error, log: log)
    }
  }

  private mutating func adopt(_ opened: consuming AlertJournal) {
    lastSequence = max(lastSequence, opened.lastSequence)
    lastStreamSequences.merge(opened.lastStreamSequences) { max($0, $1) }
    journal = consume opened
  }

  private mutating func setAside(_ path: String, _ detail: String, log: RateLimitedLog) {
    do throws(JournalError) {
      let aside = try AlertJournal.setAside(
        path: path, suffix: "\(Self.wallNs() / 1_000_000_000)")
      log.log(
        .error, kind: "journal",
        "the journal was damaged (\(detail)): set aside as \(aside), a new one is begun")
      adopt(try AlertJournal(path: path))
    } catch {
      fail(error, log: log)
    }
  }

  private mutating func fail(_ error: JournalError, log: RateLimitedLog) {
    journal = nil
    log.log(.error, kind: "journal", "alerts are published but not kept: \(error)")
  }

  static func wallNs() -> Int64 {
    var time = timespec()
    unsafe _ = clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
