/// Reads the fields of one JSON object of the manifest, and names them in full in every error.
struct FieldReader {
  private let object: JSONObject
  private let path: String

  /// Errors: `unknownField`, `missingFields`, unless the object has exactly these fields.
  init(_ object: JSONObject, path: String, fields: [String]) throws(ModelError) {
    self.object = object
    self.path = path
    for (key, _) in object.members where !fields.contains(key) {
      throw .unknownField(path + key)
    }
    let missing = fields.filter { object[$0] == nil }
    guard missing.isEmpty else { throw .missingFields(missing.map { path + $0 }) }
  }

  func value(_ field: String) -> JSONValue {
    guard let value = object[field] else { preconditionFailure("the field was asked for") }
    return value
  }

  /// The error of a field, or of a part of it that stands in `actual`.
  func bad(_ field: String, expected: String, actual: String? = nil) -> ModelError {
    .badField(path + field, expected: expected, actual: actual ?? value(field).described)
  }

  func isNull(_ field: String) -> Bool { value(field) == .null }

  func object(_ field: String) throws(ModelError) -> JSONObject {
    guard case .object(let object) = value(field) else { throw bad(field, expected: "an object") }
    return object
  }

  func object(_ field: String, fields: [String]) throws(ModelError) -> FieldReader {
    try FieldReader(try object(field), path: "\(path)\(field).", fields: fields)
  }

  func string(_ field: String) throws(ModelError) -> String {
    guard case .string(let text) = value(field) else { throw bad(field, expected: "a string") }
    return text
  }

  func bool(_ field: String) throws(ModelError) -> Bool {
    guard case .bool(let value) = value(field) else { throw bad(field, expected: "true or false") }
    return value
  }

  func integer(_ field: String, in range: ClosedRange<Int>) throws(ModelError) -> Int {
    guard case .integer(let number) = value(field), let integer = Int(exactly: number),
      range.contains(integer)
    else {
      throw bad(
        field, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func number(_ field: String) throws(ModelError) -> Double {
    guard let number = value(field).double else { throw bad(field, expected: "a number") }
    return number
  }

  func positive(_ field: String) throws(ModelError) -> Double {
    guard let number = value(field).double, number > 0 else {
      throw bad(field, expected: "a positive number")
    }
    return number
  }

  /// One of the cases of an enumeration, by the name that it has in the file.
  func choice<Choice: RawRepresentable & CaseIterable>(_ field: String) throws(ModelError)
    -> Choice where Choice.RawValue == String
  {
    let names = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
    guard case .string(let text) = value(field), let choice = Choice(rawValue: text) else {
      throw bad(field, expected: "one of \(names)")
    }
    return choice
  }

  func strings(_ field: String) throws(ModelError) -> [String] {
    guard case .array(let items) = value(field) else {
      throw bad(field, expected: "a list of strings")
    }
    var strings: [String] = []
    for item in items {
      guard case .string(let text) = item else {
        throw bad(field, expected: "a list of strings", actual: item.kind)
      }
      strings.append(text)
    }
    return strings
  }
}
