import CZeroMQ
import Glibc

/// A ZeroMQ call that failed: which one, with what code, on what endpoint.
public struct ZeroMQError: Error, Equatable, Sendable, CustomStringConvertible {
  /// An `errno` value, the system's or ZeroMQ's own.
  public var code: CInt
  /// The operation in words: "bind", "send", "set LINGER".
  public var operation: String
  /// The endpoint that was given, or the socket's last one.
  public var endpoint: String?

  public init(code: CInt, operation: String, endpoint: String? = nil) {
    self.code = code
    self.operation = operation
    self.endpoint = endpoint
  }

  /// The failure that the calling thread has just met.
  static func last(_ operation: String, _ endpoint: String? = nil) -> ZeroMQError {
    ZeroMQError(code: zmq_errno(), operation: operation, endpoint: endpoint)
  }

  /// ZeroMQ's words for the code.
  public var reason: String { unsafe String(cString: zmq_strerror(code)) }

  public var description: String {
    "\(operation)\(endpoint.map { " \($0)" } ?? ""): \(reason)"
  }
}

extension ZeroMQError {
  /// The context was terminated while the call ran.
  public static let contextTerminated: CInt = 156_384_765
  /// A ROUTER with ROUTER_MANDATORY has no such peer.
  public static let unreachable: CInt = EHOSTUNREACH
  public static let addressInUse: CInt = EADDRINUSE
}
