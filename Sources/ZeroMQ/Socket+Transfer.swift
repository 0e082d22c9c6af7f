import CZeroMQ
import Glibc

extension Socket {
  /// Queues one frame; `more` announces another of the same message.
  ///
  /// False, with nothing sent, where it would have to wait and `wait` is false, or waited for
  /// `.sendTimeout`. A signal does not end it.
  public mutating func send(
    _ frame: RawSpan, more: Bool = false, wait: Bool = true
  ) throws(ZeroMQError) -> Bool {
    let flags = (more ? ZMQ_SNDMORE : 0) | (wait ? 0 : ZMQ_DONTWAIT)
    while true {
      let sent = unsafe frame.withUnsafeBytes { bytes in
        unsafe zmq_send(handle.raw, bytes.baseAddress, bytes.count, flags)
      }
      if sent >= 0 { return true }
      switch zmq_errno() {
      case EINTR: continue
      case EAGAIN: return false
      default: throw .last("send to", handle.endpoint)
      }
    }
  }

  public mutating func send(
    _ frame: [UInt8], more: Bool = false, wait: Bool = true
  ) throws(ZeroMQError) -> Bool {
    try send(unsafe frame.span.bytes, more: more, wait: wait)
  }

  public mutating func send(
    _ frame: String, more: Bool = false, wait: Bool = true
  ) throws(ZeroMQError) -> Bool {
    try send(Array(frame.utf8), more: more, wait: wait)
  }

  /// Receives one frame into `message`, whose old bytes are let go.
  ///
  /// False, with `message` unchanged, where there is none and `wait` is false, or none came
  /// within `.receiveTimeout`. A signal does not end it.
  public mutating func receive(
    into message: borrowing Message, wait: Bool = true
  ) throws(ZeroMQError) -> Bool {
    while true {
      if unsafe zmq_msg_recv(message.handle, handle.raw, wait ? 0 : ZMQ_DONTWAIT) >= 0 {
        return true
      }
      switch zmq_errno() {
      case EINTR: continue
      case EAGAIN: return false
      default: throw .last("receive from", handle.endpoint)
      }
    }
  }

  /// Discards what is left of a message whose last received frame was `message`.
  public mutating func skipRest(of message: borrowing Message) throws(ZeroMQError) {
    while message.hasMore, try receive(into: message) {}
  }

  /// Receives a whole message as copies of its frames, and who sent it; nil where none came.
  /// Allocates.
  public mutating func receiveSigned(wait: Bool = true) throws(ZeroMQError) -> SignedFrames? {
    let message = Message()
    guard try receive(into: message, wait: wait) else { return nil }
    var frames = [message.bytes]
    // The frame that a ROUTER puts first came from nobody: the last one is the peer's own.
    while message.hasMore, try receive(into: message) { frames.append(message.bytes) }
    return SignedFrames(
      frames: frames, sender: message.senderNumber, connection: message.connection)
  }

  /// Receives a whole message as copies of its frames; nil where none came. Allocates.
  public mutating func receiveFrames(wait: Bool = true) throws(ZeroMQError) -> [[UInt8]]? {
    let message = Message()
    guard try receive(into: message, wait: wait) else { return nil }
    var frames = [message.bytes]
    while message.hasMore, try receive(into: message) { frames.append(message.bytes) }
    return frames
  }
}

/// A message and where it came from.
public struct SignedFrames: Sendable {
  public let frames: [[UInt8]]
  /// As `Message.senderNumber`.
  public let sender: Int?
  public let connection: PeerConnection?
}
