import CZeroMQ
import Glibc

/// A ZeroMQ context: the I/O threads that sockets share.
///
/// Sockets keep their context alive; the last one to go ends it. May be used from any thread.
@safe
public final class Context: @unchecked Sendable {
  let handle: UnsafeMutableRawPointer

  /// A context with a number of I/O threads: one is enough below a gigabyte a second.
  public init(ioThreads: Int = 1) throws(ZeroMQError) {
    guard let handle = unsafe zmq_ctx_new() else { throw .last("create a context") }
    unsafe self.handle = handle
    guard unsafe zmq_ctx_set(handle, ZMQ_IO_THREADS, CInt(ioThreads)) == 0 else {
      throw .last("set IO_THREADS")
    }
  }

  deinit {
    while unsafe zmq_ctx_term(handle) != 0, zmq_errno() == EINTR {}
  }

  /// Makes every blocked call on this context's sockets, on any thread, fail with
  /// `contextTerminated`, so that their threads can let go of them.
  public func shutdown() { unsafe _ = zmq_ctx_shutdown(handle) }
}
