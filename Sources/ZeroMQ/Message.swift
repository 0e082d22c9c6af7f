import CZeroMQ

/// One frame, as received; made once and used again for every receive.
///
/// Its bytes belong to ZeroMQ, so a received frame is read where it landed, without a copy.
@safe
public struct Message: ~Copyable {
  // On the heap, because ZeroMQ does not promise that its message may be moved bitwise.
  let handle: UnsafeMutablePointer<zmq_msg_t>

  /// An empty message.
  public init() {
    unsafe handle = .allocate(capacity: 1)
    unsafe handle.initialize(to: zmq_msg_t())
    unsafe _ = zmq_msg_init(handle)
  }

  deinit {
    unsafe _ = zmq_msg_close(handle)
    unsafe handle.deallocate()
  }

  public var byteCount: Int { unsafe zmq_msg_size(handle) }

  /// Whether another frame of the same message follows.
  public var hasMore: Bool { unsafe zmq_msg_more(handle) != 0 }

  /// Lends the bytes to `body`; they must not outlive the call.
  public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let bytes = unsafe UnsafeRawBufferPointer(start: zmq_msg_data(handle), count: byteCount)
    return try body(unsafe bytes.bytes)
  }

  /// A copy of the bytes.
  public var bytes: [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: zmq_msg_data(handle), count: byteCount))
  }

  /// The bytes as text, with replacement characters where they are no UTF-8.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
