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
