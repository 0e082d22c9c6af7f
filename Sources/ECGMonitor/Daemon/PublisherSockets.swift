import ZeroMQ

/// The sockets of the publisher thread.
struct PublisherSockets: ~Copyable {
  var alerts: Socket
  var control: Socket

  /// Alerts that wait for one operator; beyond, it has stopped reading and loses them.
  static let alertHighWaterMark = 10_000
  static let maximumRequestBytes = 65_536
  static let lingerMs = 500

  init(_ configuration: Configuration, in context: Context) throws(ZeroMQError) {
    var alerts = try Socket(.xpub, in: context)
    try alerts.set(.sendHighWaterMark, Self.alertHighWaterMark)
    try alerts.set(.linger, Self.lingerMs)
    try alerts.setHeartbeat(intervalMs: 2000, timeoutMs: 6000)
    try alerts.serve(configuration.alerts.endpoint.text)
    var control = try Socket(.router, in: context)
    try control.set(.linger, Self.lingerMs)
    try control.setMaximumMessageSize(Self.maximumRequestBytes)
    try control.setHeartbeat(intervalMs: 2000, timeoutMs: 6000)
    try control.serve(configuration.control.endpoint.text)
    self.alerts = alerts
    self.control = control
  }
}
