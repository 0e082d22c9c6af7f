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
    case daemon(DaemonDraft)
  }

  /// An event ready for the socket.
  struct Written {
    var stream: StreamID
    var event: AlertEvent
    var json: [UInt8]
    /// The number of the alarm in its stream; nil for the daemon's own.
    var alarmNumber: UInt64?
  }

  /// The name under which the journal keeps events about the daemon itself.
  static let daemonStream = StreamID("_ecgd")!
  private static let retryNs: UInt64 = 5_000_000_000
  private static let retentionNs: UInt64 = 60_000_000_000

  private let path: String
  private let keeping: Configuration.Journal
  private let facts: DaemonFacts
  private var journal: AlertJournal?
  /// The journal could not be read since the start.
  private var isUnread = false
  /// What an earlier process left on, known only since the journal can be read.
  private var foundOpen: [AlertEvent] = []
  private static let backlogLimit = 20_000
  private var lastSequence: UInt64 = 0
  /// Where the numbers of a new stream begin.
  private var floor: UInt64 = 0
  private var lastStreamSequences: [StreamID: UInt64] = [:]
  private var alarms: [AlarmKey: String] = [:]
  /// What was published while the journal failed, to be kept once it is mended.
  private var backlog: [JournalEntry] = []
  private(set) var lostFromBacklog: UInt64 = 0
  private var strips = StripOwners()
  /// Why the journal fails; nil while it is sound.
  private(set) var trouble: String?
  /// That a damaged journal was set aside; until it is told.
  private var damage: String?
  private var retriedNs: UInt64 = 0
  private var cleanedNs: UInt64 = 0
  private(set) var publishedCount: UInt64 = 0

  private struct AlarmKey: Hashable {
    var stream: StreamID
    var condition: ConditionName
  }

  init(path: String, keeping: Configuration.Journal, facts: DaemonFacts, log: RateLimitedLog) {
    self.path = path
    self.keeping = keeping
    self.facts = facts
    journal = nil
    open(log: log)
    guard journal == nil else { return }
    // What an earlier process gave out cannot be read: these numbers are higher.
    floor = Self.neverGivenOut()
    lastSequence = floor
    isUnread = true
  }

  /// A number over all that a journal can have reached, one alert a second for ever.
  private static func neverGivenOut() -> UInt64 { UInt64(wallNs() / 1_000_000_000) }

  /// Numbers the items, keeps them, and returns them in order.
  mutating func write(_ items: [Item], log: RateLimitedLog) -> [Written] {
    let now = Self.wallNs()
    var written = items.map { number($0, nowNs: now) }
    if journal == nil || !keep(written, nowNs: now, log: log) {
      written = unkept(written)
      shelve(entries(of: written, nowNs: now))
    }
    strips.take(items, written)
    publishedCount += UInt64(written.count)
    return written
  }

  /// The last events of alarms that an earlier process left on, in their order. Looks back over
  /// the journal's last events.
  func openAlarms() -> [AlertEvent] {
    let last = lastSequence
    guard let entries = try? journal?.events(since: last - min(last, Self.lookBack), limit: .max)
    else { return [] }
    return Self.open(entries)
  }

  private static func open(_ entries: [JournalEntry]) -> [AlertEvent] {
    var open: [String: AlertEvent] = [:]
    for entry in entries {
      guard let event = try? AlertEvent.decode(entry.json) else { continue }
      open[event.alarm] = event.phase == .end ? nil : event
    }
    return open.values.sorted { $0.sequence < $1.sequence }
  }

  /// Alarms of an earlier process that go on: what follows belongs to them.
  mutating func resume(_ continued: [ActiveAlarms.Alarm]) {
    for alarm in continued {
      let key = AlarmKey(stream: alarm.stream, condition: alarm.event.condition)
      alarms[key] = alarm.event.alarm
    }
  }

  /// Ends alarms that an earlier process left on and that do not go on, so that every start has an
  /// end.
  mutating func end(abandoned: [AlertEvent], log: RateLimitedLog) -> [Written] {
    let now = Self.wallNs()
    var ended = abandoned.compactMap { event in
      let stream = event.stream.map { StreamID($0) } ?? Self.daemonStream
      return stream.map { end(event, of: $0, nowNs: now) }
    }
    if !keep(ended, nowNs: now, log: log) {
      ended = unkept(ended)
      shelve(entries(of: ended, nowNs: now))
    }
    publishedCount += UInt64(ended.count)
    return ended
  }

  /// Those of an earlier process that were found on since the last call, because the journal could
  /// not be read at the start.
  mutating func takeFoundOpen() -> [AlertEvent] {
    defer { foundOpen = [] }
    return foundOpen
  }

  private static let lookBack: UInt64 = 20_000

  private mutating func end(_ last: AlertEvent, of stream: StreamID, nowNs: Int64) -> Written {
    let id = nextID(stream)
    var event = last
    event.id = id.text
    event.sequence = Int64(lastSequence)
    event.streamSequence = Int64(id.streamSequence)
    event.phase = .end
    event.presence = .off
    event.cause = .closed
    event.acknowledged = nil
    event.end = event.detection
    event.reason = "ecgd was started anew: what was alarmed before is not known to go on"
    event.wall = AlertEvent.Wall(publishedAt: UTCTime.text(nanoseconds: nowNs))
    return Written(stream: stream, event: event, json: event.encoded())
  }

  private mutating func nextID(_ stream: StreamID) -> (text: String, streamSequence: UInt64) {
    lastSequence += 1
    let streamSequence = (lastStreamSequences[stream] ?? floor) + 1
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

  /// Opens a journal that failed, and keeps what was told meanwhile.
  mutating func mend(log: RateLimitedLog) { if journal == nil { open(log: log) } }

  /// Now and then: opens a journal that failed, and removes what is too old.
  mutating func maintain(log: RateLimitedLog) {
    let now = MonotonicClock.nanoseconds()
    if now - retriedNs > Self.retryNs { mend(log: log) }
    guard now - cleanedNs > Self.retentionNs else { return }
    cleanedNs = now
    let nowMs = Self.wallNs() / 1_000_000
    do throws(JournalError) {
      let dayMs: Int64 = 86_400_000
      _ = try journal?.removeEvents(recordedBeforeMs: nowMs - Int64(keeping.retentionDays) * dayMs)
      _ = try journal?.removeStrips(
        recordedBeforeMs: nowMs - Int64(min(keeping.stripDays, keeping.retentionDays)) * dayMs)
      let removed = try journal?.shrink(toBytes: Int64(keeping.maximumMegabytes) << 20)
      if let removed, removed.strips + removed.events > 0 {
        log.log(
          .notice, kind: "journalSize",
          """
          the journal is over journal.maximumMegabytes: the oldest \(removed.strips) strips and \
          \(removed.events) events were removed
          """)
      }
    } catch {
      fail(error, log: log)
    }
  }

  /// Events after a sequence number, as their JSON; nil where the journal is not to be read.
  func events(since: UInt64, limit: Int) -> [[UInt8]]? {
    try? journal?.events(since: since, limit: limit).map(\.json)
  }

  /// What is to be told of a damaged journal, once.
  mutating func takeDamage() -> String? {
    defer { damage = nil }
    return damage
  }

  /// A stream's last events without keep-alives, in order; nil where the journal is not to be read.
  func history(of stream: StreamID, limit: Int) -> [[UInt8]]? {
    try? journal?.history(of: stream, limit: limit).map(\.json)
  }

  /// An alarm's first event and the ECG around it, as far as the journal has them; nil where it is
  /// not to be read.
  func strip(alarm: String) -> (event: AlertEvent?, strip: AlertStrip?)? {
    guard journal != nil else { return nil }
    do throws(JournalError) {
      let event = try journal?.event(id: alarm).flatMap { try? AlertEvent.decode($0.json) }
      return (event, try journal?.strip(alarm: event?.alarm ?? alarm).flatMap { AlertStrip($0) })
    } catch {
      return nil
    }
  }

  var sequence: UInt64 { lastSequence }

  /// Whether alerts are kept on the disk.
  var isKeeping: Bool { journal != nil }

  private mutating func number(_ item: Item, nowNs: Int64) -> Written {
    let (stream, condition, phase) =
      switch item {
      case .stream(let draft, let facts): (facts.stream, draft.condition, draft.transition.phase)
      case .daemon(let draft): (Self.daemonStream, draft.condition, draft.event.phase)
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
    case .daemon(let draft): event.dress(draft, of: self.facts)
    }
    event.wall?.publishedAt = UTCTime.text(nanoseconds: nowNs)
    var written = Written(stream: stream, event: event, json: event.encoded())
    if case .stream(let draft, _) = item { written.alarmNumber = draft.alarmNumber }
    return written
  }

  /// The strips that have come, each with the alarm that it belongs to.
  mutating func keepStrips(
    _ arrived: [(stream: StreamID, number: UInt64, samples: [UInt8])], log: RateLimitedLog
  ) {
    let nowMs = Self.wallNs() / 1_000_000
    let owned = strips.own(arrived).map {
      JournalStrip(alarm: $0.alarm, samples: $0.samples, recordedAtMs: nowMs)
    }
    guard !owned.isEmpty else { return }
    do throws(JournalError) {
      guard journal != nil else { throw .unwritable(path: path, detail: "it is not open") }
      try journal?.keep(owned)
    } catch {
      fail(error, log: log)
      log.log(.error, kind: "strip", "\(owned.count) strips are not kept: \(error)")
    }
  }

  /// Ids given out while nothing is kept: a later process cannot know them, so they say when they
  /// were given out, and cannot be given out again.
  private mutating func unkept(_ items: [Written]) -> [Written] {
    var renamed: [String: String] = [:]
    return items.map { item in
      var item = item
      let alarm = item.event.alarm
      let wasStart = alarm == item.event.id
      item.event.id += "-" + String(facts.startedWallMs, radix: 36)
      if wasStart { renamed[alarm] = item.event.id }
      if let name = renamed[alarm] {
        item.event.alarm = name
        let key = AlarmKey(stream: item.stream, condition: item.event.condition)
        if alarms[key] == alarm { alarms[key] = name }
      }
      item.json = item.event.encoded()
      return item
    }
  }

  /// Puts by what could not be kept.
  private mutating func shelve(_ entries: [JournalEntry]) {
    backlog += entries
    if backlog.count > Self.backlogLimit {
      lostFromBacklog += UInt64(backlog.count - Self.backlogLimit)
      backlog.removeFirst(backlog.count - Self.backlogLimit)
    }
  }

  private func entries(of written: [Written], nowNs: Int64) -> [JournalEntry] {
    written.map {
      JournalEntry(
        sequence: UInt64($0.event.sequence), stream: $0.stream,
        streamSequence: UInt64($0.event.streamSequence), id: $0.event.id, json: $0.json,
        recordedAtMs: nowNs / 1_000_000)
    }
  }

  /// False where the journal failed, or is failing.
  private mutating func keep(_ written: [Written], nowNs: Int64, log: RateLimitedLog) -> Bool {
    do throws(JournalError) {
      guard journal != nil else { return false }
      let entries = entries(of: written, nowNs: nowNs)
      try journal?.append(entries)
      return true
    } catch {
      fail(error, log: log)
      return false
    }
  }

  /// Tries to open the journal.
  mutating func open(log: RateLimitedLog) {
    retriedNs = MonotonicClock.nanoseconds()
    do throws(JournalError) {
      try adopt(try AlertJournal(path: path), log: log)
    } catch .corrupt(let path, let detail) {
      setAside(path, detail, log: log)
    } catch {
      fail(error, log: log)
    }
  }

  /// Takes over an opened journal, and gives it what it missed.
  private mutating func adopt(
    _ opened: consuming AlertJournal, log: RateLimitedLog
  ) throws(JournalError) {
    var opened = consume opened
    if isUnread {
      let last = opened.lastSequence
      foundOpen = Self.open(
        try opened.events(since: last - min(last, Self.lookBack), limit: .max))
      isUnread = false
    }
    if !backlog.isEmpty {
      try opened.append(backlog, replacing: true)
      try opened.markPublished(through: backlog.last!.sequence, atMs: Self.wallNs() / 1_000_000)
      log.log(.notice, kind: "journal", "\(backlog.count) alerts are kept now that were not")
      backlog = []
    }
    lastSequence = max(lastSequence, opened.lastSequence)
    lastStreamSequences.merge(opened.lastStreamSequences) { max($0, $1) }
    floor = max(floor, opened.floor)
    journal = consume opened
    trouble = nil
  }

  private mutating func setAside(_ path: String, _ detail: String, log: RateLimitedLog) {
    do throws(JournalError) {
      let aside = try AlertJournal.setAside(
        path: path, suffix: "\(Self.wallNs() / 1_000_000_000)")
      damage = "the journal was damaged (\(detail)): set aside as \(aside), a new one is begun"
      log.log(.error, kind: "journal", "\(damage!)")
      // The old file's numbers may be lost.
      try adopt(try AlertJournal(path: path, numberingFrom: Self.neverGivenOut()), log: log)
    } catch {
      fail(error, log: log)
    }
  }

  private mutating func fail(_ error: JournalError, log: RateLimitedLog) {
    journal = nil
    trouble = "\(error)"
    retriedNs = MonotonicClock.nanoseconds()
    log.log(.error, kind: "journal", "alerts are published but not kept: \(error)")
  }

  static func wallNs() -> Int64 {
    var time = timespec()
    unsafe _ = clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
