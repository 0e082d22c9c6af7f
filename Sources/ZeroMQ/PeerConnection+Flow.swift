import Glibc

/// What the kernel knows of the way to a peer.
public struct PeerFlow: Equatable, Sendable {
  /// Bytes that wait for the peer; over TCP, that its kernel has not confirmed.
  public var waitingBytes: Int
  /// Bytes that the peer's kernel has confirmed since the connection began; nil over ipc.
  public var takenBytes: UInt64?
  /// How long nothing has come from the peer, not even the answer to a ping; nil over ipc, where
  /// pings that are not read wait.
  public var silenceMs: Int?

  public init(waitingBytes: Int, takenBytes: UInt64? = nil, silenceMs: Int? = nil) {
    self.waitingBytes = waitingBytes
    self.takenBytes = takenBytes
    self.silenceMs = silenceMs
  }
}

extension PeerConnection {
  /// How the connection stands; nil where it has ended.
  public var flow: PeerFlow? {
    guard isLive else { return nil }
    var waiting: CInt = 0
    guard unsafe ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0 else { return nil }
    var flow = PeerFlow(waitingBytes: Int(waiting))
    var info = InlineArray<16, UInt64>(repeating: 0)
    var length = socklen_t(MemoryLayout.size(ofValue: info))
    let whole = length
    let told = unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length)
    guard told == 0, length >= whole else { return flow }
    flow.takenBytes = info[TCPInfo.bytesAckedWord]
    // The words are little-endian pairs of what the kernel counts in 32 bits.
    flow.silenceMs = Int(UInt32(truncatingIfNeeded: info[TCPInfo.lastDataReceivedWord] >> 32))
    return flow
  }

  /// Who is at the other end: "127.0.0.1:51234", or the process on this machine.
  public var peerName: String {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let isNamed = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe getpeername(descriptor, generic, &length) == 0
      }
    }
    guard isNamed else { return "an unknown peer" }
    if address.ss_family == sa_family_t(AF_UNIX) { return processName }
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let isTold = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe getnameinfo(
          generic, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
          NI_NUMERICHOST | NI_NUMERICSERV) == 0
      }
    }
    guard isTold else { return "an unknown peer" }
    return "\(text(host)):\(text(port))"
  }

  private var processName: String {
    // `struct ucred`: process, user, group.
    var who = InlineArray<3, Int32>(repeating: 0)
    var length = socklen_t(MemoryLayout.size(ofValue: who))
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 else {
      return "a process of this machine"
    }
    return "process \(who[0])"
  }

  private func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Where the kernel writes what: `struct tcp_info` of linux/tcp.h, whose beginning never changes, in
/// words of eight bytes. Glibc's own declaration ends before the count of bytes.
private enum TCPInfo {
  /// `tcpi_last_data_recv`, at byte 52: the second half of its word.
  static let lastDataReceivedWord = 6
  /// `tcpi_bytes_acked`, at byte 120.
  static let bytesAckedWord = 15
}
