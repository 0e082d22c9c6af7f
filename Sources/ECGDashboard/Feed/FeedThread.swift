import ECGWire
import Foundation
import Logging
import Synchronization
import ZeroMQ

/// The one thread that owns the sockets to the daemon: what comes goes to the hub and the metrics,
/// what connections ask goes to the daemon. It waits for the sockets and for nothing else.
final class FeedThread: Sendable {
  private let settings: DashboardSettings
  private let hub: Hub
  private let desk: ControlDesk
  private let metrics: WardMetrics
  private let logger: Logger
  private let isStopping = Atomic<Bool>(false)
  private let turns = Atomic<UInt64>(0)

  /// The longest time for which waveforms of many streams are gathered into one message.
  private static let turnMs = 25
  private static let statusPeriodNs: UInt64 = 1_000_000_000
  private static let snapshotPeriodNs: UInt64 = 10_000_000_000
  /// A daemon that has not answered for so long is lost.
  static let patienceNs: UInt64 = 3_000_000_000

  init(
    _ settings: DashboardSettings, hub: Hub, desk: ControlDesk, metrics: WardMetrics,
    logger: Logger
  ) {
    self.settings = settings
    self.hub = hub
    self.desk = desk
    self.metrics = metrics
    self.logger = logger
  }

  /// Opens the sockets on a thread of its own; returns once they are open.
  func start() throws(ZeroMQError) {
    let opened = DispatchSemaphore(value: 0)
    let failureBox = FailureBox()
    let thread = Thread { [self] in
      do throws(ZeroMQError) {
        let sockets = try FeedSockets(settings)
        opened.signal()
        try run(sockets)
      } catch {
        failureBox.set(error)
        opened.signal()
        if !isStopping.load(ordering: .relaxed) { logger.critical("the feed ended: \(error)") }
      }
    }
    thread.name = "feed"
    thread.start()
    opened.wait()
    if let error = failureBox.error { throw error }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }

  /// Grows while the thread lives; for the watchdog.
  var progress: UInt64 { turns.load(ordering: .relaxed) }

  private func run(_ sockets: consuming FeedSockets) throws(ZeroMQError) {
    var link = DaemonLink(nowMs: Clock.wallMs())
    hub.setLink(isUp: false, sinceMs: link.sinceMs)
    var nextStatus: UInt64 = 0
    var nextSnapshot: UInt64 = 0
    while !isStopping.load(ordering: .relaxed) {
      turns.add(1, ordering: .relaxed)
      let started = Clock.monotonicNs()
      try sockets.wait(milliseconds: Self.turnMs)
      for event in try sockets.takeAlerts() { take(event) }
      let waves = try sockets.takeWaves()
      metrics.count(waves)
      hub.take(waves)
      let now = Clock.monotonicNs()
      for bytes in try sockets.takeReplies() {
        guard let reply = Reply(bytes) else { continue }
        if link.answered(nowNs: now, nowMs: Clock.wallMs()) {
          logger.notice("the daemon answers")
          nextSnapshot = 0
          hub.setLink(isUp: true, sinceMs: link.sinceMs)
        }
        take(reply, bytes)
      }
      if now >= nextStatus {
        nextStatus = now + Self.statusPeriodNs
        _ = try sockets.ask(Self.request(.status))
        if link.check(nowNs: now, nowMs: Clock.wallMs()) {
          logger.warning("the daemon does not answer at \(settings.controlEndpoint)")
          // Another daemon may come with another journal.
          hub.forgetSequence()
        }
        // Once a second also while nothing changes: silence would mean that this program is gone.
        if !link.isUp { hub.setLink(isUp: false, sinceMs: link.sinceMs) }
        metrics.setLink(isUp: link.isUp)
      }
      if link.isUp, now >= nextSnapshot {
        nextSnapshot = now + Self.snapshotPeriodNs
        _ = try sockets.ask(Self.request(.snapshot))
      }
      while let question = desk.takeUnsent() { _ = try sockets.ask(question) }
      desk.giveUp(nowNs: now, everybody: !link.isUp)
      pace(since: started)
    }
  }

  /// Lets waveforms gather: without it each frame of each bed would be a message of its own.
  private func pace(since started: UInt64) {
    let spent = Clock.monotonicNs() - started
    let turn = UInt64(Self.turnMs) * 1_000_000
    if spent < turn { usleep(UInt32((turn - spent) / 1000)) }
  }

  private func take(_ event: [UInt8]) {
    guard let alert = LiveAlert(event) else {
      logger.warning("an alert of \(event.count) bytes is not readable")
      return
    }
    metrics.count(alert)
    hub.take(alert)
  }

  private func take(_ reply: Reply, _ bytes: [UInt8]) {
    switch reply.id {
    case "status":
      if let page = reply.statusForPage() {
        hub.setStatus(
          LiveText.status(page.text, nowMs: Clock.wallMs()), streams: page.streams)
      }
      if let status = try? ControlReply.decode(bytes).status { metrics.set(status) }
    case "snapshot":
      if let alerts = reply.alerts, let sequence = reply.sequence {
        hub.setSnapshot(alerts, sequence: sequence)
      }
    case let id: desk.bring(bytes, id: id)
    }
  }

  private static func request(_ name: ControlRequest.Name) -> [UInt8] {
    var request = ControlRequest(name)
    request.id = name.rawValue
    return request.encoded()
  }
}

/// The error that a starting thread leaves behind.
private final class FailureBox: Sendable {
  private let stored = Mutex<ZeroMQError?>(nil)
  var error: ZeroMQError? { stored.withLock { $0 } }
  func set(_ error: ZeroMQError) { stored.withLock { $0 = error } }
}
