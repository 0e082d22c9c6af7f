extension JSONReader {
  /// A number of the JSON grammar; 64-bit integers exactly, all others as the nearest double.
  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    var isInteger = true
    if next == UInt8(ascii: "-") { position += 1 }
    if next == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if next == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw JSONError(reason: .badNumber, offset: start - bytes.startIndex)
    }
    return .number(value)
  }

  private mutating func digits() throws(JSONError) {
    guard let first = next else { throw error(.unexpectedEnd) }
    guard isDigit(first) else { throw error(.badNumber) }
    while let byte = next, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// A string, from its opening to behind its closing quotation mark.
  mutating func string() throws(JSONError) -> String {
    guard let quote = next else { throw error(.unexpectedEnd) }
    guard quote == UInt8(ascii: "\"") else {
      throw error(.unexpectedByte(quote, expected: "'\"'"))
    }
    position += 1
    let start = position
    var utf8: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: utf8, as: UTF8.self) else {
          throw JSONError(reason: .badUTF8, offset: start - bytes.startIndex)
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &utf8)
      case 0..<0x20:
        throw error(.unexpectedByte(byte, expected: "no control character"))
      default:
        utf8.append(byte)
        position += 1
      }
    }
    throw error(.unexpectedEnd)
  }

  private mutating func escape(into utf8: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error(.unexpectedEnd) }
    let plain: UInt8
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = byte
    case UInt8(ascii: "b"): plain = 0x08
    case UInt8(ascii: "f"): plain = 0x0C
    case UInt8(ascii: "n"): plain = 0x0A
    case UInt8(ascii: "r"): plain = 0x0D
    case UInt8(ascii: "t"): plain = 0x09
    case UInt8(ascii: "u"):
      utf8.append(contentsOf: String(Character(try unicodeEscape())).utf8)
      return
    default: throw error(.badEscape)
    }
    utf8.append(plain)
    position += 1
  }

  /// The scalar of `uXXXX`, or of a surrogate pair of them.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let high = try hex4()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xDC00, next == UInt8(ascii: "\\") else { throw error(.badEscape) }
    position += 1
    guard next == UInt8(ascii: "u") else { throw error(.badEscape) }
    let low = try hex4()
    guard low >= 0xDC00, low <= 0xDFFF,
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw error(.badEscape) }
    return scalar
  }

  /// Four hexadecimal digits behind the letter u, on which the reader stands.
  private mutating func hex4() throws(JSONError) -> UInt32 {
    position += 1
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next else { throw error(.unexpectedEnd) }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw error(.badEscape)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
