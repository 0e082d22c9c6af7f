import ECGWire

/// The texts that browsers get: one JSON object each, told apart by `type`.
///
/// What the daemon wrote is passed on as it came, so that the page sees fields that this program
/// does not know.
enum LiveText {
  static func hello(version: String, hasOperators: Bool) -> String {
    JSON.object([
      "type": .string("hello"), "version": .string(version), "operators": .bool(hasOperators),
    ]).text
  }

  /// Whether the daemon answers, and since when (milliseconds since the Unix epoch).
  static func link(isUp: Bool, sinceMs: Int64) -> String {
    JSON.object([
      "type": .string("link"), "up": .bool(isUp), "since": .integer(sinceMs),
    ]).text
  }

  /// `status` is the daemon's JSON object.
  static func status(_ status: String, nowMs: Int64) -> String {
    #"{"type":"status","now":\#(nowMs),"status":\#(status)}"#
  }

  static func alert(_ alert: LiveAlert) -> String { #"{"type":"alert","event":\#(alert.json)}"# }

  static func snapshot(_ alerts: [LiveAlert], sequence: Int64) -> String {
    let events = alerts.sorted { $0.sequence < $1.sequence }.map(\.json).joined(separator: ",")
    return #"{"type":"snapshot","sequence":\#(sequence),"alerts":[\#(events)]}"#
  }
}
