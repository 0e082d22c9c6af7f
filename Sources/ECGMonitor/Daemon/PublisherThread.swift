import ECGAlarm
import ECGCore
import ECGJournal
import ECGPipeline
import ECGWire
import Glibc
import Logging
import Synchronization
import ZeroMQ

/// The loop of the publisher thread: it owns the journal, the alerts socket and the control
/// socket. An alert is on the disk before it is on the socket.
struct PublisherThread: ~Copyable {
  let ingest: IngestChannel
  let shards: [ShardChannel]
  let doorbell: Doorbell
  let heartbeat: ThreadProgress.Heartbeat
  let log: RateLimitedLog
  let board: StatusBoard
  var sockets: PublisherSockets
  var poller = Poller()
  private let controlIndex: Int
  private let alertsIndex: Int
  var writer: AlertWriter
  var active = ActiveAlarms()
  var question: StatusQuestion?
  var alarms: DaemonAlarms
  /// Requests that the next round answers.
  var later: [ControlAsker] = []
  /// What operators asked to be done, by the number of the command.
  var acts: [UInt64: PendingAct] = [:]
  var signOfLife: SignOfLife
  let facts: DaemonFacts
  private let restoration: Restoration
  var lastToken: UInt64 = 0
  /// By shard.
  var streamsOfSlots: [[Int: StreamID]]
  /// By shard, the alerts that it told.
  private var alertsTaken: [UInt64]
  private var stoppedShards = 0
  private var boardNs: UInt64 = 0

  static let idleMs = 250
  /// Alerts written to the journal in one transaction.
  static let alertsPerTurn = 512
  static let boardNsPeriod: UInt64 = 1_000_000_000

  init(
    ingest: IngestChannel, shards: [ShardChannel], doorbell: Doorbell,
    heartbeat: ThreadProgress.Heartbeat, log: RateLimitedLog, board: StatusBoard,
    sockets: consuming PublisherSockets, writer: consuming AlertWriter, facts: DaemonFacts,
    signOfLife: SignOfLife, restoration: Restoration, alarms: DaemonAlarms
  ) {
    self.ingest = ingest
    self.shards = shards
    self.doorbell = doorbell
    self.heartbeat = heartbeat
    self.log = log
    self.board = board
    self.sockets = sockets
    self.writer = writer
    self.facts = facts
    self.signOfLife = signOfLife
    self.alarms = alarms
    streamsOfSlots = .init(repeating: [:], count: shards.count)
    alertsTaken = .init(repeating: 0, count: shards.count)
    self.restoration = restoration
    controlIndex = poller.add(self.sockets.control)
    alertsIndex = poller.add(self.sockets.alerts.socket)
    _ = poller.add(descriptor: doorbell.descriptor)
  }

  /// Runs until every shard has stopped and everything that they told is published.
  mutating func run() {
    sendUnpublished()
    while !isDone { turn(idleMs: Self.idleMs) }
    finish()
  }

  /// Whether every shard has stopped, and all that they told is taken.
  var isDone: Bool { stoppedShards == shards.count }

  /// One turn of the loop, which waits for at most so long.
  mutating func turn(idleMs: Int) {
    heartbeat.beat()
    wait(idleMs)
    let drafts = takeReports()
    publish(drafts)
    for i in 0..<shards.count { shards[i].alertsKept.store(alertsTaken[i], ordering: .releasing) }
    sockets.alerts.gate.follow()
    // Looking for what is not there would allocate.
    if poller.events(alertsIndex).contains(.readable) {
      sockets.alerts.takeSubscriptions()
    }
    if poller.events(controlIndex).contains(.readable) { takeRequests() }
    answerIfComplete()
    answerActs()
    let now = MonotonicClock.nanoseconds()
    takeStrips()
    tellOfOperators(nowNs: now)
    tellOfJournal()
    publish(alarms.tick(nowNs: now))
    tellSignOfLife(nowNs: now)
    askForBoardIfDue()
    writer.maintain(log: log)
    let found = end(abandoned: writer.takeFoundOpen())
    for event in found { send(stream: event.stream, json: event.json) }
  }

  /// Ends alarms that an earlier process left on and that do not go on; what is to be sent of it.
  private mutating func end(abandoned: [AlertEvent]) -> [AlertWriter.Written] {
    guard !abandoned.isEmpty else { return [] }
    let ended = writer.end(abandoned: abandoned, log: log)
    writer.markPublished(log: log)
    return ended
  }

  /// What is left to do once all is done.
  mutating func finish() {
    // The last chance to keep what could not be kept.
    writer.mend(log: log)
    takeStrips()
    heartbeat.retire()
  }

  private mutating func wait(_ idleMs: Int) {
    doorbell.announceSleep()
    var hasWork = ingest.reports.count > 0
    for i in 0..<shards.count where shards[i].reports.count > 0 { hasWork = true }
    do {
      _ = try poller.wait(timeoutMs: hasWork ? 0 : idleMs)
    } catch {
      log.log(.error, kind: "poll", "\(error)")
    }
    doorbell.awake()
  }

  /// What the other threads have told, alerts in the order of each shard.
  private mutating func takeReports() -> [AlertWriter.Item] {
    var drafts: [AlertWriter.Item] = []
    while let report = ingest.reports.pop() {
      switch report {
      case .status(let token, let status): question?.take(status, token: token)
      case .streamRefused(let key):
        drafts += alarms.take(.streamLimit, "stream \(key) was refused")
      case .wrongful(let words):
        drafts += alarms.take(.wrongfulGateway, words)
      case .shed:
        drafts += alarms.take(
          .overload, "packets come faster than ecgd takes them, and are dropped")
      case .stopped: break
      }
    }
    for i in 0..<shards.count {
      let shard = shards[i]
      while drafts.count < Self.alertsPerTurn, let report = shard.reports.pop() {
        switch report {
        case .alert(let draft, let facts):
          streamsOfSlots[i][draft.slot] = facts.stream
          alertsTaken[i] += 1
          drafts.append(.stream(draft, facts))
        case .status(let token, let status): question?.take(status, ofShard: i, token: token)
        case .acted(let token, let isDone): acts[token]?.isDone = isDone
        case .shed(let what):
          drafts += alarms.take(.overload, Self.words(what))
        case .stopped: stoppedShards += 1
        }
      }
    }
    return drafts
  }

  private static func words(_ shed: Shedding) -> String {
    switch shed {
    case .nothing, .windows: "ecgd cannot keep up: beats are found, but not compared"
    case .packets: "ecgd cannot keep up: samples that come late are dropped"
    }
  }

  /// Journal first, then the socket: an event is on the disk before anybody hears of it, and is marked
  /// as published before it is, so that it is never published twice.
  @discardableResult
  mutating func publish(_ drafts: [AlertWriter.Item]) -> [AlertEvent] {
    guard !drafts.isEmpty else { return [] }
    let events = writer.write(drafts, log: log)
    writer.markPublished(log: log)
    for event in events {
      active.take(event)
      for token in acts.keys { acts[token]?.take(event.event) }
      send(stream: event.stream, json: event.json)
    }
    return events.map(\.event)
  }

  /// What a daemon that was killed between disk and socket still owed.
  mutating func sendUnpublished() {
    let owed = writer.unpublished(log: log)
    let continued = restoration.continued
    writer.resume(continued)
    for alarm in continued { active.resume(alarm) }
    let known = Set(continued.map(\.event.alarm))
    let ended = end(abandoned: restoration.open.filter { !known.contains($0.alarm) })
    writer.markPublished(log: log)
    for entry in owed { send(stream: entry.stream, json: entry.json) }
    for event in ended { send(stream: event.stream, json: event.json) }
  }

  private mutating func send(stream: StreamID, json: [UInt8]) {
    do {
      let topic = AlertTopic.bytes(stream == AlertWriter.daemonStream ? nil : stream)
      try sockets.alerts.send(topic: topic, json)
    } catch {
      log.log(.error, kind: "alertSend", "\(error)")
    }
  }

  private mutating func tellSignOfLife(nowNs: UInt64) {
    let heartbeat = signOfLife.next(
      nowNs: nowNs, sequence: writer.sequence, activeAlarms: active.count,
      isKeeping: writer.isKeeping)
    guard let heartbeat else { return }
    try? sockets.alerts.send(topic: Heartbeat.topic, heartbeat.encoded())
  }

  /// Operators that do not keep up are cut off, and never in silence.
  private mutating func tellOfOperators(nowNs: UInt64) {
    for words in sockets.alerts.look(nowNs: nowNs) {
      log.log(.warning, kind: "slowOperator", "\(words)")
      publish(alarms.take(.slowOperator, words))
    }
  }

  /// Once a second the board shows what `STATUS=` tells.
  private mutating func askForBoardIfDue() {
    let now = MonotonicClock.nanoseconds()
    guard now - boardNs >= Self.boardNsPeriod else { return }
    boardNs = now
    board.alertsPublished.store(writer.publishedCount, ordering: .relaxed)
    board.activeAlarms.store(active.count, ordering: .relaxed)
    log.flush()
  }
}
