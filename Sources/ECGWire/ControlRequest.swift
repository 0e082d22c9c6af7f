import Foundation

/// What a client asks of the daemon's control socket: one JSON object.
///
/// Fields that a request does not need are ignored, as are unknown ones. The table of requests is
/// in Documentation/Protocol.md.
public struct ControlRequest: Codable, Equatable, Sendable {
  public enum Name: String, CaseIterable, Codable, Sendable {
    case status, explain, snapshot, replay, history, strip, acknowledge, pause, resume
  }

  public static let version = 1
  public static let maximumIDLength = 64
  public static let replayLimit = 1...1000
  public static let pauseSeconds = 1...3600
  public static let maximumNameLength = 64

  public var request: String
  public var version: Int?
  /// Comes back in the reply.
  public var id: String?
  public var stream: String?
  public var since: Int64?
  public var limit: Int?
  public var alarm: String?
  public var seconds: Int?
  public var by: String?

  public init(_ name: Name) {
    request = name.rawValue
    version = Self.version
  }

  public func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map(Array.init) ?? []
  }

  /// Reads a request and checks it; what is thrown is the reply's error.
  public static func decode(
    _ bytes: [UInt8]
  ) throws(ControlError) -> (name: Name, request: ControlRequest) {
    let request: ControlRequest
    do {
      request = try JSONDecoder().decode(ControlRequest.self, from: Data(bytes))
    } catch {
      throw ControlError(
        .badRequest, "expected a JSON object with \"request\" and fields of the documented types")
    }
    let version = request.version ?? Self.version
    guard version == Self.version else {
      throw ControlError(.badVersion, "version is \(version), expected \(Self.version)")
    }
    guard request.id?.count ?? 0 <= maximumIDLength else {
      throw ControlError(.outOfRange, "id has more than \(maximumIDLength) characters")
    }
    guard let name = Name(rawValue: request.request) else {
      let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
      throw ControlError(
        .unknownRequest, "request is \"\(request.request.prefix(64))\", expected one of: \(known)")
    }
    guard request.by?.count ?? 0 <= maximumNameLength else {
      throw ControlError(.outOfRange, "by has more than \(maximumNameLength) characters")
    }
    try request.check(name)
    return (name, request)
  }

  private func check(_ name: Name) throws(ControlError) {
    switch name {
    case .status, .snapshot: break
    case .history:
      guard stream != nil else { throw .missing("stream") }
      try check("limit", limit ?? Self.replayLimit.upperBound, Self.replayLimit)
    case .explain, .resume:
      guard stream != nil else { throw .missing("stream") }
    case .replay:
      guard let since else { throw .missing("since") }
      guard since >= 0 else { throw ControlError(.outOfRange, "since is negative") }
      try check("limit", limit ?? Self.replayLimit.upperBound, Self.replayLimit)
    case .acknowledge, .strip:
      guard alarm != nil else { throw .missing("alarm") }
    case .pause:
      guard stream != nil else { throw .missing("stream") }
      guard let seconds else { throw .missing("seconds") }
      try check("seconds", seconds, Self.pauseSeconds)
    }
  }

  private func check(
    _ field: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(ControlError) {
    guard range.contains(value) else {
      throw ControlError(
        .outOfRange, "\(field) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
  }
}

/// Why a request was not carried out.
public struct ControlError: Error, Codable, Equatable, Sendable, CustomStringConvertible {
  public enum Code: String, CaseIterable, Codable, Sendable {
    case badRequest, badVersion, unknownRequest, missingField, outOfRange
    case unknownStream, unknownAlarm, unavailable
    /// No ECG is kept with the alarm, or not yet.
    case noStrip
    /// The sender's key does not allow it.
    case forbidden
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  static func missing(_ field: String) -> ControlError {
    ControlError(.missingField, "\(field) is missing")
  }

  public var description: String { "\(code.rawValue): \(message)" }
}
