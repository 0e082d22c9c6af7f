/// A JSON value (RFC 8259), as the strict reader makes it.
enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  /// A number without fraction or exponent that fits in 64 bits.
  case integer(Int64)
  /// Any other number; always finite.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// What stands here, in words for an error message.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The number, whether it was written as an integer or not.
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .bool, .string, .array, .object: nil
    }
  }
}

/// The members of a JSON object in the order of the file; no key occurs twice.
struct JSONObject: Equatable, Sendable {
  private(set) var members: [(key: String, value: JSONValue)] = []
  private var positions: [String: Int] = [:]

  subscript(key: String) -> JSONValue? { positions[key].map { members[$0].value } }

  /// Adds a member; false, with nothing changed, where the key is there already.
  mutating func append(_ key: String, _ value: JSONValue) -> Bool {
    guard positions.updateValue(members.count, forKey: key) == nil else {
      return false
    }
    members.append((key, value))
    return true
  }

  static func == (a: JSONObject, b: JSONObject) -> Bool {
    a.members.count == b.members.count
      && zip(a.members, b.members).allSatisfy { $0.key == $1.key && $0.value == $1.value }
  }
}
