/// A ZeroMQ endpoint of a kind that the daemon speaks: `tcp://HOST:PORT` or `ipc://PATH`.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  public let text: String

  /// Whether only this machine can reach it: an ipc path, or a loopback host.
  public let isLocal: Bool

  /// Nil where `text` is no endpoint of those kinds. HOST is an IPv4 address, an IPv6 address in
  /// square brackets, a host or interface name, or `*`; PORT is 1 to 65535, or `*` for any free
  /// one.
  public init?(_ text: String) {
    // libzmq refuses longer unix socket paths (sun_path has 108 bytes with its terminator).
    let longestPath = 107
    if text.hasPrefix("ipc://") {
      let path = text.dropFirst("ipc://".count)
      guard (1...longestPath).contains(path.utf8.count), path != "*" else { return nil }
      isLocal = true
    } else if text.hasPrefix("tcp://") {
      let address = text.dropFirst("tcp://".count)
      guard let colon = address.lastIndex(of: ":") else { return nil }
      let port = address[address.index(after: colon)...]
      guard port == "*" || Self.isPort(port) else { return nil }
      guard let local = Self.isLoopback(host: address[..<colon]) else { return nil }
      isLocal = local
    } else {
      return nil
    }
    self.text = text
  }

  /// A name within this process: for a daemon that is stepped beside its peers.
  package init(inProcess name: String) {
    text = "inproc://\(name)"
    isLocal = true
  }

  public var description: String { text }

  private static func isPort(_ text: Substring) -> Bool {
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return false
    }
    return Int(text).map((1...65535).contains) ?? false
  }

  /// Nil where `host` cannot be one.
  private static func isLoopback(host: Substring) -> Bool? {
    if host.hasPrefix("[") {
      guard host.hasSuffix("]"), host.count > 2 else { return nil }
      return host == "[::1]"
    }
    guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else { return nil }
    if host == "localhost" || host == "lo" { return true }
    let octets = host.split(separator: ".", omittingEmptySubsequences: false)
    // A name such as 127.example.org is not an address, and resolves to wherever it likes.
    return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: "_"), UInt8(ascii: "*"):
      true
    default: false
    }
  }
}
