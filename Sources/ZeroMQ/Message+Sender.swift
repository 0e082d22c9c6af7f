import CZeroMQ
import Glibc

extension Message {
  /// The decimal number that the ZAP handler gave as the sender's user id; nil where it gave none.
  ///
  /// Only a socket with `serveCurve` makes it trustworthy: elsewhere a peer may claim any. Allocates
  /// nothing.
  public var senderNumber: Int? { unsafe number(property("User-Id")) }

  /// The connection that the message came over; nil where it has gone, or is not known.
  public var connection: PeerConnection? {
    // What ZMQ_SRCFD answers from; asked for by name, because that would trap on messages without.
    unsafe number(property("__fd")).flatMap { PeerConnection(descriptor: CInt($0)) }
  }

  /// A property of the message; its name is static, because a String would be copied for C.
  private func property(_ name: StaticString) -> UnsafePointer<CChar>? {
    let text = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    return unsafe zmq_msg_gets(handle, text)
  }

  private func number(_ text: UnsafePointer<CChar>?) -> Int? {
    guard let text = unsafe text, unsafe text[0] != 0 else { return nil }
    var value = 0
    for i in 0..<9 {
      let character = unsafe text[i]
      if character == 0 { return value }
      guard (48...57).contains(character) else { return nil }
      value = value * 10 + Int(character - 48)
    }
    return nil
  }
}

/// One living connection of a socket, known by its descriptor and the descriptor's inode, which no
/// later connection under the same descriptor has.
public struct PeerConnection: Hashable, Sendable {
  private let descriptor: CInt
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
