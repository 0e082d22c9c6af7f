import Foundation

/// The daemon's answer to one control request.
public struct ControlReply: Codable, Equatable, Sendable {
  public var version = ControlRequest.version
  public var id: String?
  public var request: String?
  public var ok: Bool
  public var error: ControlError?
  public var status: StatusReport?
  public var explanation: StreamExplanation?
  /// The events of a snapshot or a replay, in the order of their sequence numbers.
  public var alerts: [AlertEvent]?
  /// How many events of a replay the operator's key does not show; nil where none.
  public var withheld: Int64?
  public var strip: StripReport?
  /// The sequence number of the last event in the journal.
  public var sequence: Int64?

  /// A reply to a request that was carried out.
  public init(to request: ControlRequest) {
    id = request.id
    self.request = request.request
    ok = true
  }

  /// A reply to one that was not; `request` is nil where it could not be read.
  public init(_ error: ControlError, to request: ControlRequest? = nil) {
    id = request?.id
    self.request = request?.request
    ok = false
    self.error = error
  }

  /// The reply as one line of JSON with sorted keys.
  public func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Infinities and NaN are no JSON; the fields that could hold them are optional.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return (try? encoder.encode(self)).map(Array.init) ?? []
  }

  public static func decode(_ bytes: [UInt8]) throws -> ControlReply {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(ControlReply.self, from: Data(bytes))
  }
}
