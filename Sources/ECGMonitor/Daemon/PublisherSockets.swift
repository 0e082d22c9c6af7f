import ECGWire
import ZeroMQ

/// The sockets of the publisher thread.
struct PublisherSockets: ~Copyable {
  var alerts: AlertOutlet
  var control: Socket
  /// Who asks on the control socket.
  var askers: ControlRights

  static let maximumRequestBytes = 65_536
  static let lingerMs = 500

  init(
    _ configuration: Configuration, keys: KeyService?, in context: Context
  ) throws(ZeroMQError) {
    askers = ControlRights(keys?.ring)
    let alerts = try AlertOutlet(configuration, keys: keys, in: context)
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
