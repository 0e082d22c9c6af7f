import Glibc

/// The file of a unix socket.
enum UnixSocketFile {
  /// Why a path cannot be served.
  struct Taken: Error, CustomStringConvertible {
    let description: String
  }

  /// Removes a socket that nobody serves any more, so that the path can be bound.
  static func makeRoom(at path: String) throws(Taken) {
    var facts = stat()
    guard unsafe lstat(path, &facts) == 0 else { return }
    guard facts.st_mode & S_IFMT == S_IFSOCK else {
      throw Taken(description: "\(path) is there, and is no socket")
    }
    guard !isServed(path) else { throw Taken(description: "another process serves \(path)") }
    unsafe _ = unlink(path)
  }

  private static func isServed(_ path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
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
