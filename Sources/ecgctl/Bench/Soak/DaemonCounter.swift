import Foundation
import Synchronization
import ZeroMQ

/// A subscriber on a thread of its own that reads everything and keeps nothing.
final class DaemonCounter: Sendable {
  private let isStopping = Atomic<Bool>(false)

  private final class Holder: @unchecked Sendable {
    var socket: Socket
    init(_ socket: consuming Socket) { self.socket = socket }
  }

  init(_ endpoint: String, topic: String) throws {
    var socket = try Socket(.sub, in: Context())
    try socket.set(.receiveTimeout, 100)
    try socket.subscribe(topic)
    try socket.connect(endpoint)
    let holder = Holder(socket)
    Thread.detachNewThread { [self] in
      while !isStopping.load(ordering: .relaxed) { _ = try? holder.socket.receiveFrames() }
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }
}
