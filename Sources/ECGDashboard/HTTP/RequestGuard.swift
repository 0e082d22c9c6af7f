import FlyingFox

/// Who may ask: tells this page's own browser windows from other websites' scripts.
///
/// A web page from anywhere can make its visitor's browser send requests here. It cannot make it
/// send the `Host` of an address or of a name that we go by (DNS rebinding), nor our `Origin`.
struct RequestGuard: Sendable {
  let hostNames: Set<String>

  /// The `Host` is an address in digits, `localhost`, or one of the names.
  func isOurs(host: String?) -> Bool {
    guard let host, !host.isEmpty else { return false }
    if host.hasPrefix("[") { return host.contains("]") }
    let name = host.split(separator: ":", omittingEmptySubsequences: false)[0].lowercased()
    if name == "localhost" || hostNames.contains(name) { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  /// A script's request comes from a page of this very host; programs send no `Origin`.
  func isSameOrigin(origin: String?, host: String?) -> Bool {
    guard let origin else { return true }
    guard let host else { return false }
    return origin == "http://\(host)" || origin == "https://\(host)"
  }

  /// The secret of an `Authorization: Bearer` header.
  static func bearer(_ header: String?) -> String? {
    guard let header, header.lowercased().hasPrefix("bearer ") else { return nil }
    return String(header.dropFirst(7))
  }
}
