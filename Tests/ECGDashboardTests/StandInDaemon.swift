import ECGWire
import Foundation
import ZeroMQ

/// The daemon's three sockets, answered by a thread of the test.
final class StandInDaemon: @unchecked Sendable {
  private let folder: String
  private let lock = NSLock()
  private var outgoing: [(isAlert: Bool, topic: String, bytes: [UInt8])] = []
  private var heard: [ControlRequest] = []
  private var isDone = false
  private let ended = DispatchSemaphore(value: 0)

  init(folder: String) throws {
    self.folder = folder
    let context = try Context()
    var alerts = try Socket(.xpub, in: context)
    try alerts.bind(endpoint("alerts"))
    var waves = try Socket(.xpub, in: context)
    try waves.bind(endpoint("waves"))
    var control = try Socket(.router, in: context)
    try control.bind(endpoint("control"))
    let sockets = Sockets(alerts: alerts, waves: waves, control: control)
    let box = Box(sockets)
    Thread { [self] in
      while !lock.withLock({ isDone }) { try? turn(&box.sockets) }
      ended.signal()
    }.start()
  }

  func endpoint(_ name: String) -> String { "ipc://\(folder)/\(name)" }

  func stop() {
    lock.withLock { isDone = true }
    ended.wait()
  }

  func publishAlert(_ bytes: [UInt8]) {
    lock.withLock { outgoing.append((true, "alert/bed-1", bytes)) }
  }

  func publishWave(_ bytes: [UInt8]) {
    lock.withLock { outgoing.append((false, "wave/bed-1", bytes)) }
  }

  var requests: [ControlRequest] { lock.withLock { heard } }

  private struct Sockets: ~Copyable {
    var alerts: Socket
    var waves: Socket
    var control: Socket
  }

  private final class Box: @unchecked Sendable {
    var sockets: Sockets
    init(_ sockets: consuming Sockets) { self.sockets = sockets }
  }

  private func turn(_ sockets: inout Sockets) throws {
    while try sockets.alerts.receiveFrames(wait: false) != nil {}
    while try sockets.waves.receiveFrames(wait: false) != nil {}
    while let frames = try sockets.control.receiveFrames(wait: false) {
      guard let last = frames.last, let (name, request) = try? ControlRequest.decode(last) else {
        continue
      }
      lock.withLock { heard.append(request) }
      let reply = answer(name, request)
      _ = try sockets.control.send(frames[0], more: true)
      _ = try sockets.control.send([UInt8](), more: true)
      _ = try sockets.control.send(reply.encoded())
    }
    let messages = lock.withLock {
      defer { outgoing = [] }
      return outgoing
    }
    for message in messages {
      if message.isAlert {
        _ = try sockets.alerts.send(message.topic, more: true)
        _ = try sockets.alerts.send(message.bytes)
      } else {
        _ = try sockets.waves.send(message.topic, more: true)
        _ = try sockets.waves.send(message.bytes)
      }
    }
    Thread.sleep(forTimeInterval: 0.005)
  }

  private func answer(_ name: ControlRequest.Name, _ request: ControlRequest) -> ControlReply {
    var reply = ControlReply(to: request)
    switch name {
    case .status: reply.status = StatusReport(version: "0", uptimeSeconds: 1, shards: 1)
    case .snapshot, .replay, .history:
      reply.alerts = []
      reply.sequence = 0
    case .acknowledge: break
    // As the daemon refuses: without the request's id.
    case .pause, .resume, .explain, .strip:
      return ControlReply(ControlError(.unavailable, "not offered"))
    }
    return reply
  }
}
