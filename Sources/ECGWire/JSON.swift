/// A JSON value that is written in one way only: sorted keys, no spaces, fixed number formats.
///
/// Foundation's encoder leaves the form of numbers open; alerts have to be the same bytes for the
/// same samples.
public enum JSON: Equatable, Sendable {
  case object([String: JSON])
  case array([JSON])
  case string(String)
  case integer(Int64)
  /// Written with at most six decimals, without trailing zeros.
  case decimal(Double)
  case bool(Bool)

  /// The text as UTF-8 bytes.
  public var bytes: [UInt8] { Array(text.utf8) }

  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .object(let members):
      text += "{"
      for (i, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
        if i > 0 { text += "," }
        Self.write(member.key, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    case .array(let elements):
      text += "["
      for (i, element) in elements.enumerated() {
        if i > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .string(let string): Self.write(string, to: &text)
    case .integer(let value): text += "\(value)"
    case .decimal(let value): text += Self.format(value)
    case .bool(let value): text += value ? "true" : "false"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\u{0}"..."\u{1f}":
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  /// The largest magnitude that `decimal` writes; larger ones and infinities are written as it.
  public static let largestDecimal = 1e12

  /// At most six decimals, half away from zero, never an exponent; NaN, which JSON lacks, is 0.
  static func format(_ value: Double) -> String {
    guard !value.isNaN else { return "0" }
    let limited = min(max(value, -largestDecimal), largestDecimal)
    let millionths = Int64((limited.magnitude * 1e6).rounded(.toNearestOrAwayFromZero))
    var text = limited < 0 && millionths > 0 ? "-" : ""
    text += "\(millionths / 1_000_000)"
    var fraction = millionths % 1_000_000
    guard fraction > 0 else { return text }
    var digits = 6
    while fraction.isMultiple(of: 10) {
      fraction /= 10
      digits -= 1
    }
    let written = String(fraction)
    return text + "." + String(repeating: "0", count: digits - written.count) + written
  }
}
