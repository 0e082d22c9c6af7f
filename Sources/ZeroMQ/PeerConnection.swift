import Glibc

/// One living connection of a socket, known by its descriptor and the descriptor's inode, which no
/// later connection under the same descriptor has.
public struct PeerConnection: Hashable, Sendable {
  let descriptor: CInt
  private let inode: UInt64

  init?(descriptor: CInt) {
    guard let inode = Self.socketInode(descriptor) else { return nil }
    self.descriptor = descriptor
    self.inode = inode
  }

  /// Whether it still stands.
  public var isLive: Bool { Self.socketInode(descriptor) == inode }

  /// Cuts the connection; ZeroMQ then sees a peer that has gone. False where it had ended before.
  ///
  /// libzmq has no call for this. Between the look and the cut another connection may take over
  /// the descriptor: it would be cut, and connect again.
  @discardableResult
  public func cut() -> Bool {
    guard isLive else { return false }
    return shutdown(descriptor, CInt(SHUT_RDWR)) == 0
  }

  private static func socketInode(_ descriptor: CInt) -> UInt64? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
      return nil
    }
    return UInt64(status.st_ino)
  }
}
