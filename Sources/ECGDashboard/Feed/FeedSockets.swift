import ECGWire
import ZeroMQ

/// The connections to the daemon: an operator's, as any other's. Belongs to the feed's thread.
struct FeedSockets: ~Copyable {
  private var alerts: Socket
  private var waveforms: Socket
  private var control: Socket
  private var poller: Poller

  /// A ward's waveforms of some seconds.
  private static let waveformsHighWaterMark = 8192
  /// Taken at one go before the others have their turn.
  private static let messagesPerTurn = 512

  init(_ settings: DashboardSettings) throws(ZeroMQError) {
    let context = try Context()
    var alerts = try Self.socket(.sub, context)
    try settings.authenticate(&alerts)
    // Alerts are few, and none may be lost because this process was busy.
    try alerts.set(.receiveHighWaterMark, 0)
    try alerts.connect(settings.alertsEndpoint)
    try alerts.subscribe(AlertTopic.prefix)
    var waveforms = try Self.socket(.sub, context)
    try waveforms.set(.receiveHighWaterMark, Self.waveformsHighWaterMark)
    try settings.authenticate(&waveforms)
    try waveforms.connect(settings.waveformsEndpoint)
    try waveforms.subscribe(FeedSockets.waveTopic)
    var control = try Self.socket(.dealer, context)
    // A question to a daemon that is not there is not kept for one that comes later.
    try control.set(.immediate, 1)
    try settings.authenticate(&control)
    try control.connect(settings.controlEndpoint)
    var poller = Poller()
    _ = poller.add(alerts)
    _ = poller.add(waveforms)
    _ = poller.add(control)
    self.alerts = alerts
    self.waveforms = waveforms
    self.control = control
    self.poller = poller
  }

  static let waveTopic = "wave/"

  private static func socket(
    _ kind: SocketKind, _ context: Context
  ) throws(ZeroMQError) -> Socket {
    var socket = try Socket(kind, in: context)
    try socket.set(.reconnectInterval, 200)
    try socket.setHeartbeat(intervalMs: 1000, timeoutMs: 3000)
    return socket
  }

  mutating func wait(milliseconds: Int) throws(ZeroMQError) {
    _ = try poller.wait(timeoutMs: milliseconds)
  }

  /// The events that have come.
  mutating func takeAlerts() throws(ZeroMQError) -> [[UInt8]] {
    var events: [[UInt8]] = []
    while events.count < Self.messagesPerTurn, let frames = try alerts.receiveFrames(wait: false) {
      if frames.count == 2 { events.append(frames[1]) }
    }
    return events
  }

  mutating func takeWaves() throws(ZeroMQError) -> [WaveArrival] {
    var waves: [WaveArrival] = []
    while waves.count < Self.messagesPerTurn,
      let frames = try waveforms.receiveFrames(wait: false)
    {
      guard frames.count == 2, frames[0].count > Self.waveTopic.utf8.count,
        frames[0].count <= Self.waveTopic.utf8.count + 64
      else { continue }
      let stream = String(decoding: frames[0].dropFirst(Self.waveTopic.utf8.count), as: UTF8.self)
      waves.append(WaveArrival(stream: stream, frame: frames[1]))
    }
    return waves
  }

  /// False where there is no connection to send it on.
  mutating func ask(_ request: [UInt8]) throws(ZeroMQError) -> Bool {
    // The empty frame that a REQ socket would put before it.
    guard try control.send([UInt8](), more: true, wait: false) else { return false }
    return try control.send(request, wait: false)
  }

  mutating func takeReplies() throws(ZeroMQError) -> [[UInt8]] {
    var replies: [[UInt8]] = []
    while let frames = try control.receiveFrames(wait: false) {
      if let last = frames.last { replies.append(last) }
    }
    return replies
  }
}
