import ECGMonitor
import ECGWire
import Foundation
import Synchronization
import ZeroMQ

/// An operator that notes when each alert came.
final class DaemonListener: Sendable {
  private let heard = Mutex<[(atNs: UInt64, json: [UInt8])]>([])
  private let isStopping = Atomic<Bool>(false)

  init(_ endpoint: String) throws {
    var socket = try Socket(.sub, in: Context())
    try socket.set(.receiveHighWaterMark, 0)
    try socket.set(.receiveTimeout, 50)
    try socket.subscribe(AlertTopic.prefix)
    try socket.connect(endpoint)
    let holder = Holder(socket)
    Thread.detachNewThread { [self] in
      while !isStopping.load(ordering: .relaxed) {
        guard let frames = try? holder.socket.receiveFrames(), frames.count == 2 else { continue }
        let now = MonotonicClock.nanoseconds()
        heard.withLock { $0.append((now, frames[1])) }
      }
    }
  }

  private final class Holder: @unchecked Sendable {
    var socket: Socket
    init(_ socket: consuming Socket) { self.socket = socket }
  }

  /// What came so far, in order.
  func events() -> [(atNs: UInt64, event: AlertEvent)] {
    heard.withLock { $0 }.compactMap { item in
      (try? AlertEvent.decode(item.json)).map { (item.atNs, $0) }
    }
  }

  func stop() { isStopping.store(true, ordering: .relaxed) }
}
