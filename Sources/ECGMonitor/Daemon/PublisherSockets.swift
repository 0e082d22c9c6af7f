import ECGWire
import ZeroMQ

/// The sockets of the publisher thread.
struct PublisherSockets: ~Copyable {
  var alerts: Socket
  var control: Socket
  /// Which operators' subscriptions to alerts are let through.
  var gate: OperatorGate
  /// Who asks on the control socket.
  var askers: ControlRights

  /// Alerts that wait for one operator; beyond, it has stopped reading and loses them.
  static let alertHighWaterMark = 10_000
  static let maximumRequestBytes = 65_536
  static let lingerMs = 500

  init(
    _ configuration: Configuration, keys: KeyService?, in context: Context
  ) throws(ZeroMQError) {
    gate = OperatorGate(
      keys?.ring, roots: [AlertTopic.prefix], common: [AlertTopic.daemon, Heartbeat.topicText])
    askers = ControlRights(keys?.ring)
    var alerts = try Socket(.xpub, in: context)
    try alerts.set(.sendHighWaterMark, Self.alertHighWaterMark)
    try alerts.set(.linger, Self.lingerMs)
    try alerts.setHeartbeat(intervalMs: 2000, timeoutMs: 6000)
    try gate.prepare(&alerts)
    try keys?.protect(&alerts, .alerts)
    try alerts.serve(configuration.alerts.endpoint.text)
    var control = try Socket(.router, in: context)
    try control.set(.linger, Self.lingerMs)
    try control.setMaximumMessageSize(Self.maximumRequestBytes)
    try control.setHeartbeat(intervalMs: 2000, timeoutMs: 6000)
    try keys?.protect(&control, .control)
    try control.serve(configuration.control.endpoint.text)
    self.alerts = alerts
    self.control = control
  }
}
