public import ECGCore
import ECGWire
import ZeroMQ

/// One line of the file of authorised keys: whose public key it is, and what its owner may do.
/// Documentation/Keys.md has the grammar.
public struct AuthorizedKey: Equatable, Sendable {
  public enum Role: String, CaseIterable, Sendable {
    /// Publishes samples of its streams.
    case gateway
    /// Sees alerts, waveforms and the status of its streams.
    case `operator`
  }

  public var isRevoked = false
  public let role: Role
  /// Unique in its file; what alerts, logs and the status call its owner.
  public let name: String
  /// 40 characters of Z85.
  public let publicKey: String
  public let streams: [StreamPattern]
  /// Operators: whether alarms may be acknowledged and paused.
  public let mayAcknowledge: Bool

  static let revokedWord = "revoked"
  static let acknowledgeWord = "acknowledge"

  /// Reads one line that is neither empty nor a comment.
  public init(line: some StringProtocol) throws(KeyLineError) {
    var fields = line.split(
      maxSplits: 8, omittingEmptySubsequences: true,
      whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }
    ).map { String($0) }
    let isRevoked = fields.first == Self.revokedWord
    if isRevoked { fields.removeFirst() }
    guard (4...5).contains(fields.count) else {
      throw KeyLineError("expected ROLE NAME PUBLIC-KEY STREAMS, found \(fields.count) words")
    }
    guard let role = Role(rawValue: fields[0]) else {
      throw KeyLineError("expected gateway or operator, found '\(fields[0].prefix(40))'")
    }
    var mayAcknowledge = false
    if fields.count == 5 {
      guard fields[4] == Self.acknowledgeWord, role == .operator else {
        throw KeyLineError(
          "expected nothing but 'acknowledge' behind an operator's streams, found "
            + "'\(fields[4].prefix(40))'")
      }
      mayAcknowledge = true
    }
    try self.init(
      isRevoked: isRevoked, role: role, name: fields[1], publicKey: fields[2],
      streams: fields[3].split(separator: ",", omittingEmptySubsequences: false).map(String.init),
      mayAcknowledge: mayAcknowledge)
  }

  public init(
    isRevoked: Bool = false, role: Role, name: String, publicKey: String, streams: [String],
    mayAcknowledge: Bool = false
  ) throws(KeyLineError) {
    guard StreamID(name) != nil else {
      throw KeyLineError(
        "expected a name of 1 to 64 letters, digits, '.', '_' or '-', found '\(name.prefix(70))'")
    }
    guard Z85.key(publicKey) != nil else {
      throw KeyLineError("expected a public key of 40 characters of Z85")
    }
    var patterns: [StreamPattern] = []
    for text in streams {
      guard let pattern = StreamPattern(text) else {
        throw KeyLineError(
          "expected a stream's name, the beginning of one and '*', or '*', found "
            + "'\(text.prefix(70))'")
      }
      // Subscriptions are filtered by prefixes: a name alone would let bed-12 through with bed-1.
      guard role == .gateway || pattern.isPrefix else {
        throw KeyLineError(
          "expected '\(text)*' for an operator, because subscriptions go by the beginning of a "
            + "name; found '\(text)'")
      }
      patterns.append(pattern)
    }
    guard mayAcknowledge == false || role == .operator else {
      throw KeyLineError("a gateway acknowledges nothing")
    }
    self.isRevoked = isRevoked
    self.role = role
    self.name = name
    self.publicKey = publicKey
    self.streams = patterns
    self.mayAcknowledge = mayAcknowledge
  }

  /// The line of the file, without its end.
  public var line: String {
    (isRevoked ? Self.revokedWord + " " : "")
      + "\(role.rawValue) \(name) \(publicKey) \(streams.map(\.description).joined(separator: ","))"
      + (mayAcknowledge ? " " + Self.acknowledgeWord : "")
  }

  public func covers(_ stream: StreamID) -> Bool { streams.contains { $0.matches(stream) } }

  /// Allocates nothing.
  func covers(_ stream: StreamKey) -> Bool {
    for i in 0..<streams.count where streams[i].matches(stream) { return true }
    return false
  }
}

/// What is wrong with one line of the file of authorised keys.
public struct KeyLineError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
