import ECGWire
import ZeroMQ

/// An operator's program that goes by Documentation/Protocol.md: it subscribes, asks for what it
/// missed, and follows. Slow ones read seldom; their daemon must not mind.
final class SimulatedOperator {
  private var alerts: Socket
  private var control: Socket
  /// Replies by the id of the request.
  private(set) var replies: [String: ControlReply] = [:]
  private(set) var heartbeat: Heartbeat?

  init(in context: Context) throws {
    var alerts = try Socket(.sub, in: context)
    try alerts.subscribe(AlertTopic.prefix)
    try alerts.subscribe(Heartbeat.topicText)
    try alerts.connect("inproc://alerts")
    var control = try Socket(.dealer, in: context)
    try control.connect("inproc://control")
    self.alerts = alerts
    self.control = control
  }

  func ask(_ request: ControlRequest) throws {
    _ = try control.send(request.encoded(), wait: false)
  }

  func forget(_ id: String) { replies[id] = nil }

  /// Reads what has come, at most so many messages; the events in order.
  func read(limit: Int = .max) throws -> [AlertEvent] {
    while let frames = try control.receiveFrames(wait: false) {
      let reply = try ControlReply.decode(frames.last!)
      replies[reply.id ?? ""] = reply
    }
    var events: [AlertEvent] = []
    for _ in 0..<limit {
      guard let frames = try alerts.receiveFrames(wait: false) else { break }
      try hold(frames.count == 2, "an alert has \(frames.count) frames")
      if frames[0] == Heartbeat.topic {
        heartbeat = try Heartbeat.decode(frames[1])
      } else {
        events.append(try AlertEvent.decode(frames[1]))
      }
    }
    return events
  }
}
