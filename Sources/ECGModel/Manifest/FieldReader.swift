/// The members of one object of the manifest, with their path for error messages. Opening it
/// checks that every field is there and that no other is.
struct FieldReader {
  private let object: JSONObject
  private let path: String

  init(
    _ object: JSONObject, path: String = "", fields: [String], optional: [String] = []
  ) throws(ModelError) {
    self.object = object
    self.path = path
    let missing = fields.filter { object[$0] == nil }.map { path + $0 }
    guard missing.isEmpty else { throw .missingFields(missing) }
    for (key, _) in object.members where !fields.contains(key) && !optional.contains(key) {
      throw .unknownField(path + key)
    }
  }

  func bad(_ key: String, expected: String) -> ModelError {
    .badField(path + key, expected: expected, actual: object[key]?.kind ?? "missing")
  }

  func has(_ key: String) -> Bool { object[key] != nil }

  func isNull(_ key: String) -> Bool { object[key] == .null }

  func string(_ key: String) throws(ModelError) -> String {
    guard case .string(let text)? = object[key] else { throw bad(key, expected: "a string") }
    return text
  }

  func bool(_ key: String) throws(ModelError) -> Bool {
    guard case .bool(let value)? = object[key] else { throw bad(key, expected: "true or false") }
    return value
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ModelError) -> Int {
    guard case .integer(let value)? = object[key], let value = Int(exactly: value),
      range.contains(value)
    else {
      throw bad(
        key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func number(_ key: String, in range: ClosedRange<Double>) throws(ModelError) -> Double {
    guard let value = object[key]?.double, range.contains(value) else {
      throw bad(key, expected: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func positive(_ key: String) throws(ModelError) -> Double {
    guard let value = object[key]?.double, value > 0 else {
      throw bad(key, expected: "a positive number")
    }
    return value
  }

  /// One of the names of a choice.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) throws(ModelError) -> Choice {
    let names = Choice.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or ")
    guard case .string(let text)? = object[key], let choice = Choice(rawValue: text) else {
      if case .string(let text)? = object[key] {
        throw .badField(path + key, expected: names, actual: "'\(text)'")
      }
      throw bad(key, expected: names)
    }
    return choice
  }

  func strings(_ key: String) throws(ModelError) -> [String] {
    guard case .array(let items)? = object[key] else {
      throw bad(key, expected: "a list of strings")
    }
    var strings: [String] = []
    for item in items {
      guard case .string(let text) = item else { throw bad(key, expected: "a list of strings") }
      strings.append(text)
    }
    return strings
  }

  /// A list of whole numbers.
  func integers(
    _ key: String, count: ClosedRange<Int>, in range: ClosedRange<Int>
  ) throws(ModelError) -> [Int] {
    let expected =
      "\(count.lowerBound) to \(count.upperBound) whole numbers from \(range.lowerBound) "
      + "to \(range.upperBound)"
    guard case .array(let items)? = object[key], count.contains(items.count) else {
      throw bad(key, expected: expected)
    }
    var integers: [Int] = []
    for item in items {
      guard case .integer(let value) = item, let value = Int(exactly: value),
        range.contains(value)
      else { throw bad(key, expected: expected) }
      integers.append(value)
    }
    return integers
  }

  /// A list of so many numbers.
  func numbers(
    _ key: String, count: Int, in range: ClosedRange<Double>
  ) throws(ModelError) -> [Double] {
    let expected = "\(count) numbers from \(range.lowerBound) to \(range.upperBound)"
    guard case .array(let items)? = object[key], items.count == count else {
      throw bad(key, expected: expected)
    }
    var numbers: [Double] = []
    for item in items {
      guard let value = item.double, range.contains(value) else {
        throw bad(key, expected: expected)
      }
      numbers.append(value)
    }
    return numbers
  }

  /// An object within this one, with exactly these fields.
  func object(_ key: String, fields: [String]) throws(ModelError) -> FieldReader {
    try FieldReader(members(key), path: path + key + ".", fields: fields)
  }

  func members(_ key: String) throws(ModelError) -> JSONObject {
    guard case .object(let members)? = object[key] else { throw bad(key, expected: "an object") }
    return members
  }
}
