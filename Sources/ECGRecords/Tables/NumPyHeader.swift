/// The head of an NPY file: magic, version, and a Python dictionary with type, order and shape
/// (NumPy enhancement proposal 1).
struct NumPyHeader {
  enum ElementType: String {
    case float32 = "<f4"
    case float64 = "<f8"
    case int16 = "<i2"
    case int32 = "<i4"
    case int64 = "<i8"

    var width: Int {
      switch self {
      case .int16: 2
      case .float32, .int32: 4
      case .float64, .int64: 8
      }
    }
  }

  let path: String
  let type: ElementType
  let shape: [Int]
  let dataOffset: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  func bad(_ expected: String, _ found: String) -> NumPyError {
    .badArray(path: path, offset: Self.magic.count + 2, expected: expected, found: found)
  }

  init(bytes: [UInt8], path: String) throws(NumPyError) {
    self.path = path
    func bad(_ offset: Int, _ expected: String, _ found: String) -> NumPyError {
      .badArray(path: path, offset: offset, expected: expected, found: found)
    }
    guard bytes.starts(with: Self.magic) else { throw bad(0, "the magic of an NPY file", "none") }
    guard bytes.count >= 12 else { throw bad(6, "a version and a length", "the end of the file") }
    let start: Int
    let length: Int
    switch bytes[6] {
    case 1:
      start = 10
      length = Int(bytes[8]) | Int(bytes[9]) << 8
    case 2, 3:
      start = 12
      length = (0..<4).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    default: throw bad(6, "version 1, 2 or 3", "\(bytes[6])")
    }
    guard length <= NumPyArray.maximumHeaderBytes else {
      throw bad(8, "a header of at most \(NumPyArray.maximumHeaderBytes) bytes", "\(length)")
    }
    guard start + length <= bytes.count else {
      throw bad(8, "a header of \(length) bytes", "\(bytes.count - start)")
    }
    let text = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let dictionary = HeaderDictionary(text: text)
    guard let descriptor = dictionary.string("descr") else {
      throw bad(start, "a type 'descr'", "none")
    }
    guard let type = ElementType(rawValue: descriptor) else {
      throw bad(start, "one of the types <f4, <f8, <i2, <i4, <i8", descriptor)
    }
    guard let shape = dictionary.tuple("shape"), shape.count <= NumPyArray.maximumDimensions else {
      throw bad(start, "a shape of whole numbers", "none")
    }
    // The order means nothing where at most one dimension is longer than 1.
    let isFortran = dictionary.word("fortran_order") == "True"
    guard !isFortran || shape.count(where: { $0 > 1 }) <= 1 else {
      throw bad(start, "C order", "Fortran order")
    }
    self.type = type
    self.shape = shape
    dataOffset = start + length
  }
}

/// A Python dictionary literal of the one kind that NPY headers hold.
private struct HeaderDictionary {
  let text: String

  /// What follows `'key':`, blanks skipped.
  private func value(_ key: String) -> Substring? {
    for quote in ["'", "\""] {
      let mark = quote + key + quote
      var rest = text[...]
      while !rest.isEmpty {
        if rest.hasPrefix(mark) {
          rest = rest.dropFirst(mark.count).drop { $0 == " " }
          guard rest.first == ":" else { return nil }
          return rest.dropFirst().drop { $0 == " " }
        }
        rest = rest.dropFirst()
      }
    }
    return nil
  }

  func word(_ key: String) -> String? { value(key).map { String($0.prefix { $0.isLetter }) } }

  func string(_ key: String) -> String? {
    guard let value = value(key), let quote = value.first, quote == "'" || quote == "\"" else {
      // A structured type is a list; name it as far as it helps.
      return value(key).map { String($0.prefix(40)) }
    }
    return String(value.dropFirst().prefix { $0 != quote })
  }

  func tuple(_ key: String) -> [Int]? {
    guard let value = value(key), value.first == "(",
      let close = value.firstIndex(of: ")")
    else { return nil }
    var lengths: [Int] = []
    for part in value[..<close].dropFirst().split(separator: ",") {
      let digits = part.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let length = Int(digits), length >= 0 else { return nil }
      lengths.append(length)
    }
    return lengths
  }
}
