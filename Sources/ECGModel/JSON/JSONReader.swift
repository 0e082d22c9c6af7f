/// Why bytes are not strict JSON, and where.
struct JSONError: Error, Equatable, Sendable {
  enum Reason: Equatable, Sendable {
    case unexpectedEnd
    case unexpectedByte(UInt8, expected: String)
    case badUTF8
    case badEscape
    case badNumber
    case tooDeep(limit: Int)
    case tooManyValues(limit: Int)
    case trailingBytes
    case duplicateKey(String)
  }
  let reason: Reason
  /// Counted from the first byte that the reader was given.
  let offset: Int
}

/// A strict reader of one JSON text: UTF-8, no extensions, no duplicate keys, and bounds on depth
/// and on the number of values, so that no input can exhaust the stack or the memory.
struct JSONReader {
  static let depthLimit = 64
  static let valueLimit = 1_000_000

  let bytes: ArraySlice<UInt8>
  var position: Int
  private var values = 0

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The value that the bytes spell, with nothing but white space around it.
  static func read(_ bytes: ArraySlice<UInt8>) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes)
    reader.skipSpace()
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.position == bytes.endIndex else { throw reader.error(.trailingBytes) }
    return value
  }

  func error(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason: reason, offset: position - bytes.startIndex)
  }

  /// The next byte, or nil at the end.
  var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) throws(JSONError) {
    guard let byte = next else { throw error(.unexpectedEnd) }
    guard byte == UInt8(ascii: character) else {
      throw error(.unexpectedByte(byte, expected: "'\(character)'"))
    }
    position += 1
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    for scalar in "\(word)".unicodeScalars { try take(scalar) }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < Self.depthLimit else { throw error(.tooDeep(limit: Self.depthLimit)) }
    values += 1
    guard values <= Self.valueLimit else { throw error(.tooManyValues(limit: Self.valueLimit)) }
    guard let byte = next else { throw error(.unexpectedEnd) }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: throw error(.unexpectedByte(byte, expected: "a value"))
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    var object = JSONObject()
    try take("{")
    skipSpace()
    if next == UInt8(ascii: "}") {
      position += 1
      return object
    }
    while true {
      let start = position
      let key = try string()
      skipSpace()
      try take(":")
      skipSpace()
      guard object.append(key, try value(depth: depth + 1)) else {
        throw JSONError(reason: .duplicateKey(key), offset: start - bytes.startIndex)
      }
      skipSpace()
      if next == UInt8(ascii: "}") {
        position += 1
        return object
      }
      try take(",")
      skipSpace()
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    var array: [JSONValue] = []
    try take("[")
    skipSpace()
    if next == UInt8(ascii: "]") {
      position += 1
      return array
    }
    while true {
      array.append(try value(depth: depth + 1))
      skipSpace()
      if next == UInt8(ascii: "]") {
        position += 1
        return array
      }
      try take(",")
      skipSpace()
    }
  }
}
