import ECGMonitor
import ECGWire
import ZeroMQ

/// Those who look at the ward: an operator who listens, one who never reads, and a display that
/// comes for an hour and goes for one.
final class SoakVisitors {
  private let listener: DaemonCounter
  private let deaf: Visitor
  private var display: DaemonCounter?
  private let waveforms: String

  private final class Visitor {
    var socket: Socket
    init(_ endpoint: String) throws(ZeroMQError) {
      socket = try Socket(.sub, in: Context())
      try socket.set(.receiveHighWaterMark, 10)
      try socket.subscribe(AlertTopic.prefix)
      try socket.connect(endpoint)
    }
  }

  init(_ daemon: DaemonProcess) throws {
    listener = try DaemonCounter(daemon.alertsEndpoint, topic: AlertTopic.prefix)
    deaf = try Visitor(daemon.alertsEndpoint)
    waveforms = daemon.configuration.waveforms.endpoint.text
  }

  func change() throws {
    if let here = display {
      here.stop()
      display = nil
    } else {
      display = try DaemonCounter(waveforms, topic: "wave/patient-1")
    }
  }

  func stop() {
    listener.stop()
    display?.stop()
  }
}
