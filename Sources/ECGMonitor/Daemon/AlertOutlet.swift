import ECGCore
import ECGWire
import ZeroMQ

/// The socket on which alerts go out, and those who listen on it. Sending never waits.
struct AlertOutlet: ~Copyable {
  private(set) var socket: Socket
  /// Which operators' subscriptions are let through.
  var gate: OperatorGate
  private(set) var roster = OperatorRoster()
  /// What is to be told of operators that were cut off.
  private var told: [String] = []

  /// Alerts that wait for one operator; beyond, it is cut off.
  static let highWaterMark = 10_000
  /// The daemon's own looks come first, and say whom they cut off; libzmq says nothing.
  static let pingMs = 2000
  static let pingTimeoutMs = 15_000

  init(
    _ configuration: Configuration, keys: KeyService?, in context: Context
  ) throws(ZeroMQError) {
    gate = OperatorGate(
      keys?.ring, roots: [AlertTopic.prefix], common: [AlertTopic.daemon, Heartbeat.topicText])
    var socket = try Socket(.xpub, in: context)
    try socket.set(.sendHighWaterMark, Self.highWaterMark)
    try socket.set(.linger, PublisherSockets.lingerMs)
    try socket.setHeartbeat(intervalMs: Self.pingMs, timeoutMs: Self.pingTimeoutMs)
    try socket.set(.publisherNoDrop, 1)
    // Every operator's subscription comes up, so that each is known.
    try socket.set(.publisherVerbose, 1)
    try gate.prepare(&socket)
    try keys?.protect(&socket, .alerts)
    try socket.serve(configuration.alerts.endpoint.text)
    self.socket = socket
  }

  /// Sends to all who listen. Where the queue before one of them is full, that one is cut off and
  /// all others get the message.
  mutating func send(topic: [UInt8], _ body: [UInt8]) throws(ZeroMQError) {
    if try socket.send(topic, more: true, wait: false) {
      _ = try socket.send(body, wait: false)
      return
    }
    told += roster.dropLagging()
    try socket.set(.publisherNoDrop, 0)
    _ = try socket.send(topic, more: true, wait: false)
    _ = try socket.send(body, wait: false)
    try socket.set(.publisherNoDrop, 1)
  }

  /// Reads the subscriptions that have come. Without keys they only tell who listens.
  mutating func takeSubscriptions() {
    while let message = try? socket.receiveSigned(wait: false) {
      _ = gate.take(message, of: &socket)
      guard message.frames.first?.first == 1, let connection = message.connection else { continue }
      roster.note(connection, name: gate.name(of: message.sender))
    }
  }

  /// What is to be told of operators that were cut off since the last time.
  mutating func look(nowNs: UInt64) -> [String] {
    told += roster.look(nowNs: nowNs)
    defer { told = [] }
    return told
  }
}
