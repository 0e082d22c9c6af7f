import CZeroMQ
import Glibc

/// A ZeroMQ socket, owned by one place at a time; `deinit` closes it.
///
/// It may be made on one thread and moved to another, and must then stay there: every call is
/// `mutating`, so no two threads can use it at once.
@safe
public struct Socket: ~Copyable, @unchecked Sendable {
  let handle: SocketHandle
  public let kind: SocketKind

  /// A socket that drops unsent messages when it closes (linger 0), so that ending the program
  /// cannot hang on a dead peer; set `.linger` where they matter.
  public init(_ kind: SocketKind, in context: Context) throws(ZeroMQError) {
    let handle = try SocketHandle(context, kind)
    try handle.set(.linger, 0)
    self.handle = handle
    self.kind = kind
  }

  public mutating func bind(_ endpoint: String) throws(ZeroMQError) {
    handle.endpoint = endpoint
    guard uninterrupted({ unsafe zmq_bind(handle.raw, endpoint) }) == 0 else {
      throw .last("bind", endpoint)
    }
  }

  public mutating func connect(_ endpoint: String) throws(ZeroMQError) {
    handle.endpoint = endpoint
    guard uninterrupted({ unsafe zmq_connect(handle.raw, endpoint) }) == 0 else {
      throw .last("connect", endpoint)
    }
  }

  public mutating func unbind(_ endpoint: String) throws(ZeroMQError) {
    guard uninterrupted({ unsafe zmq_unbind(handle.raw, endpoint) }) == 0 else {
      throw .last("unbind", endpoint)
    }
  }

  public mutating func disconnect(_ endpoint: String) throws(ZeroMQError) {
    guard uninterrupted({ unsafe zmq_disconnect(handle.raw, endpoint) }) == 0 else {
      throw .last("disconnect", endpoint)
    }
  }

  /// These calls look for libzmq's own commands first: where a signal ends that, nothing is done yet.
  private func uninterrupted(_ call: () -> CInt) -> CInt {
    while true {
      let result = call()
      if result == 0 || zmq_errno() != EINTR { return result }
    }
  }

  /// Closes now, unless a `Poller` still watches it.
  public consuming func close() {}
}
