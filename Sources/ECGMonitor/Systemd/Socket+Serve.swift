import Glibc
import ZeroMQ

extension Socket {
  /// Binds the socket, unless the service manager has done so already: then its descriptor is used,
  /// and nobody is refused while the daemon is away.
  ///
  /// A path on which another process listens is an error. libzmq would take it over unseen, and
  /// leave the other one deaf.
  mutating func serve(_ endpoint: String) throws(ZeroMQError) {
    if endpoint.hasPrefix("ipc://") {
      let path = String(endpoint.dropFirst("ipc://".count))
      if let inherited = InheritedSocket.listening(on: path) {
        try set(.useFileDescriptor, Int(inherited.descriptor))
      } else if UnixPath.isServed(path) {
        throw ZeroMQError(
          code: ZeroMQError.addressInUse, operation: "another process serves", endpoint: endpoint)
      }
    }
    try bind(endpoint)
  }
}

extension InheritedSocket {
  private static let handedOver = all()

  /// The socket that was handed over and listens on a path.
  static func listening(on path: String) -> InheritedSocket? {
    handedOver.first { UnixPath.name(of: $0.descriptor) == path }
  }
}

/// Paths of unix sockets.
enum UnixPath {
  /// The path that a socket is bound to; nil where it is to none.
  static func name(of descriptor: Int32) -> String? {
    var address = sockaddr_un()
    var length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0, Int32(address.sun_family) == AF_UNIX else { return nil }
    return unsafe withUnsafeBytes(of: address.sun_path) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Whether somebody accepts connections there.
  static func isServed(_ path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in
      for i in bytes.indices { unsafe target[i] = bytes[i] }
    }
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
