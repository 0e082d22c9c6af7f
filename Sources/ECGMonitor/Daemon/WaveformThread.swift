import ECGCore
import ECGWire
import Logging
import Synchronization
import ZeroMQ

/// The loop of the waveforms thread: it owns the waveforms socket, knows who subscribes to what,
/// and sends what the shards put into their rings.
struct WaveformThread: ~Copyable {
  private let outlets: [WaveformOutlet]
  private let interest: WaveformInterest
  private let shards: [ShardChannel]
  private let doorbell: Doorbell
  private let counters: WaveformCounters
  private let heartbeat: ThreadProgress.Heartbeat
  private let log: RateLimitedLog
  private let stop: WaveformStop
  private var socket: Socket
  private var gate: OperatorGate
  private var poller = Poller()
  private var droppedTold: UInt64 = 0

  private static let idleMs = 250
  /// Frames sent before the socket is asked for subscriptions again.
  private static let framesPerTurn = 256

  init(
    outlets: [WaveformOutlet], interest: WaveformInterest, shards: [ShardChannel],
    doorbell: Doorbell, counters: WaveformCounters, heartbeat: ThreadProgress.Heartbeat,
    log: RateLimitedLog, stop: WaveformStop, socket: consuming Socket, gate: OperatorGate
  ) {
    self.gate = gate
    self.outlets = outlets
    self.interest = interest
    self.shards = shards
    self.doorbell = doorbell
    self.counters = counters
    self.heartbeat = heartbeat
    self.log = log
    self.stop = stop
    self.socket = socket
    _ = poller.add(self.socket)
    _ = poller.add(descriptor: doorbell.descriptor)
  }

  /// Frames that wait for one subscriber; beyond, it loses whole frames and sees it by their
  /// sequence numbers.
  static let highWaterMark = 1000

  static func socket(
    _ endpoint: String, gate: OperatorGate, keys: KeyService?, in context: Context
  ) throws(ZeroMQError) -> Socket {
    var socket = try Socket(.xpub, in: context)
    try socket.set(.sendHighWaterMark, highWaterMark)
    try socket.set(.linger, 0)
    try socket.setHeartbeat(intervalMs: 2000, timeoutMs: 6000)
    try gate.prepare(&socket)
    try keys?.protect(&socket, .waveforms)
    try socket.serve(endpoint)
    return socket
  }

  /// Runs until it is told to stop and the rings are empty.
  mutating func run() {
    var isStopping = false
    while !isStopping {
      isStopping = stop.isStopping
      heartbeat.beat()
      takeSubscriptions()
      let isIdle = sendWaiting()
      tellDrops()
      if isIdle, !isStopping { wait() }
    }
    _ = sendWaiting()
    heartbeat.retire()
  }

  private mutating func wait() {
    doorbell.announceSleep()
    let hasWork = outlets.contains { $0.ring.count > 0 } || stop.isStopping
    do {
      _ = try poller.wait(timeoutMs: hasWork ? 0 : Self.idleMs)
    } catch {
      log.log(.error, kind: "poll", "\(error)")
    }
    doorbell.awake()
  }

  /// Tells the shards when somebody comes or goes.
  private mutating func takeSubscriptions() {
    var hasChanged = false
    gate.follow()
    while let message = try? socket.receiveSigned(wait: false) {
      let (added, removed) = gate.take(message, of: &socket)
      for prefix in added where interest.take([1] + prefix) { hasChanged = true }
      for prefix in removed where interest.take([0] + prefix) { hasChanged = true }
    }
    if hasChanged { for shard in shards { shard.doorbell.ring() } }
  }

  /// True where nothing more waits.
  private mutating func sendWaiting() -> Bool {
    var isIdle = true
    for outlet in outlets {
      var sent = 0
      while sent < Self.framesPerTurn, Self.sendOne(of: outlet.ring, to: &socket, counters) {
        sent += 1
      }
      if sent == Self.framesPerTurn { isIdle = false }
    }
    return isIdle
  }

  private static func sendOne(
    of ring: ByteRing, to socket: inout Socket, _ counters: WaveformCounters
  ) -> Bool {
    ring.pop { bytes, topicLength, _ in
      let topic = bytes.extracting(first: Int(topicLength))
      let frame = bytes.extracting(droppingFirst: Int(topicLength))
      let isSent =
        ((try? socket.send(topic, more: true, wait: false)) ?? false)
        && ((try? socket.send(frame, wait: false)) ?? false)
      if isSent {
        counters.published.wrappingAdd(1, ordering: .relaxed)
      } else {
        counters.dropped.wrappingAdd(1, ordering: .relaxed)
      }
    }
  }

  private mutating func tellDrops() {
    let dropped = counters.dropped.load(ordering: .relaxed)
    guard dropped > droppedTold else { return }
    log.log(
      .warning, kind: "waveformsDropped",
      "\(dropped - droppedTold) waveform frames were dropped: the waveforms thread did not keep up")
    droppedTold = dropped
  }
}

/// Tells the waveforms thread that nothing more comes.
final class WaveformStop: Sendable {
  private let flag = Atomic<Bool>(false)
  private let doorbell: Doorbell

  init(_ doorbell: Doorbell) { self.doorbell = doorbell }

  var isStopping: Bool { flag.load(ordering: .acquiring) }

  func set() {
    flag.store(true, ordering: .releasing)
    doorbell.ringAlways()
  }
}
