import CZeroMQ
import Glibc

extension Socket {
  /// Has libzmq tell of this socket's connections at an inproc endpoint, to which a PAIR socket
  /// connects, before or after. Before bind or connect.
  public mutating func tellConnections(at endpoint: String) throws(ZeroMQError) {
    let events = CInt(ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED)
    guard unsafe zmq_socket_monitor(handle.raw, endpoint, events) == 0 else {
      throw .last("tell of connections at", endpoint)
    }
  }
}

/// What libzmq tells of one connection, told in order for each descriptor.
public struct ConnectionEvent: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// It stands; its handshake is to come.
    case opened
    case closed
  }

  public let kind: Kind
  /// May belong to another connection by the time that this is read.
  public let descriptor: CInt

  private static let byteCount = MemoryLayout<UInt16>.size + MemoryLayout<UInt32>.size

  /// Reads a message of the PAIR socket; nil where it is about something else.
  public init?(_ frames: [[UInt8]]) {
    guard let frame = frames.first, frame.count == Self.byteCount else { return nil }
    let bytes = unsafe frame.span.bytes
    let event = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt16.self)
    let value = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2, as: UInt32.self)
    switch CInt(event) {
    case ZMQ_EVENT_ACCEPTED, ZMQ_EVENT_CONNECTED: kind = .opened
    case ZMQ_EVENT_DISCONNECTED: kind = .closed
    default: return nil
    }
    descriptor = CInt(bitPattern: value)
  }

  /// The peer's address in digits, without its port; nil where the connection has gone, or is none
  /// of the Internet's.
  public var address: String? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name -> CInt in
        guard unsafe getpeername(descriptor, name, &length) == 0 else { return -1 }
        guard [AF_INET, AF_INET6].contains(CInt(unsafe name.pointee.sa_family)) else { return -1 }
        return unsafe getnameinfo(
          name, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      }
    }
    guard result == 0 else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
