import CZeroMQ
import Glibc

/// Waits until one of several sockets or descriptors is ready.
///
/// Members are added before the loop; `wait` allocates nothing for up to 16 of them (libzmq keeps
/// that many on its stack). Belongs to the thread that owns the sockets.
@safe
public struct Poller: ~Copyable {
  private var items: [zmq_pollitem_t] = unsafe []
  // Keeps what is watched open.
  private var handles: [SocketHandle] = []

  public struct Events: OptionSet, Sendable {
    public let rawValue: CShort
    public init(rawValue: CShort) { self.rawValue = rawValue }

    public static let readable = Events(rawValue: CShort(ZMQ_POLLIN))
    public static let writable = Events(rawValue: CShort(ZMQ_POLLOUT))
    /// Descriptors only.
    public static let failed = Events(rawValue: CShort(ZMQ_POLLERR))
  }

  public init() {}

  /// Watches a socket; returns its index for `events`.
  public mutating func add(_ socket: borrowing Socket, _ events: Events = .readable) -> Int {
    handles.append(socket.handle)
    unsafe items.append(
      zmq_pollitem_t(socket: socket.handle.raw, fd: -1, events: events.rawValue, revents: 0))
    return unsafe items.count - 1
  }

  /// Watches a descriptor, such as an eventfd, that the caller keeps open.
  public mutating func add(descriptor: CInt, _ events: Events = .readable) -> Int {
    unsafe items.append(
      zmq_pollitem_t(socket: nil, fd: descriptor, events: events.rawValue, revents: 0))
    return unsafe items.count - 1
  }

  /// Changes what a member is watched for; `[]` watches for nothing.
  public mutating func watch(_ index: Int, _ events: Events) {
    unsafe items[index].events = events.rawValue
  }

  /// Waits for at most `timeoutMs` (-1 is for ever) and returns how many members are ready.
  ///
  /// 0 after the time has passed or a signal came: look at what the signal changed, and wait again.
  public mutating func wait(timeoutMs: Int) throws(ZeroMQError) -> Int {
    let count = CInt(unsafe items.count)
    let ready = unsafe items.withUnsafeMutableBufferPointer { buffer in
      unsafe zmq_poll(buffer.baseAddress, count, timeoutMs)
    }
    if ready >= 0 { return Int(ready) }
    guard zmq_errno() == EINTR else { throw .last("poll") }
    for i in 0..<Int(count) { unsafe items[i].revents = 0 }
    return 0
  }

  /// What a member was ready for at the last `wait`.
  public func events(_ index: Int) -> Events {
    Events(rawValue: unsafe items[index].revents)
  }
}
