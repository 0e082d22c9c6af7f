import CZeroMQ
import Glibc

/// The C socket, closed when its `Socket` and every `Poller` that watches it have gone.
@safe
final class SocketHandle: @unchecked Sendable {
  let raw: UnsafeMutableRawPointer
  private let context: Context
  /// The endpoint last bound or connected, for error messages.
  var endpoint: String?

  init(_ context: Context, _ kind: SocketKind) throws(ZeroMQError) {
    guard let raw = unsafe zmq_socket(context.handle, kind.code) else {
      throw .last("create a \(kind.rawValue) socket")
    }
    unsafe self.raw = raw
    self.context = context
  }

  func set(_ option: SocketOption, _ value: Int) throws(ZeroMQError) {
    guard var value = CInt(exactly: value) else {
      throw ZeroMQError(code: EINVAL, operation: "set \(option.name)", endpoint: endpoint)
    }
    guard unsafe zmq_setsockopt(raw, option.code, &value, MemoryLayout<CInt>.size) == 0 else {
      throw .last("set \(option.name)", endpoint)
    }
  }

  deinit { unsafe _ = zmq_close(raw) }
}
