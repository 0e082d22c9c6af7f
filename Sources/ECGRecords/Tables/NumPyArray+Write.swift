extension NumPyArray {
  /// Writes an .npy file of version 1.0.
  public func write(path: String) throws(NumPyError) {
    do throws(FileError) { try FileBytes.write(encoded(), to: path) } catch { throw .file(error) }
  }

  /// The bytes of an .npy file of version 1.0; the elements begin at a multiple of 64.
  public func encoded() -> [UInt8] {
    let lengths = shape.map { "\($0)" }.joined(separator: ", ")
    let tuple = shape.count == 1 ? "(\(lengths),)" : "(\(lengths))"
    var header = "{'descr': '\(elements.descriptor)', 'fortran_order': False, 'shape': \(tuple), }"
    let used = NumPyHeader.magic.count + 4 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - used % 64) % 64) + "\n"
    var out = NumPyHeader.magic + [1, 0]
    out.append(littleEndian: UInt64(header.utf8.count), bytes: 2)
    out += header.utf8
    switch elements {
    case .float32(let values):
      for value in values { out.append(littleEndian: UInt64(value.bitPattern), bytes: 4) }
    case .float64(let values):
      for value in values { out.append(littleEndian: value.bitPattern, bytes: 8) }
    case .int16(let values):
      for value in values { out.append(littleEndian: UInt64(UInt16(bitPattern: value)), bytes: 2) }
    case .int32(let values):
      for value in values { out.append(littleEndian: UInt64(UInt32(bitPattern: value)), bytes: 4) }
    case .int64(let values):
      for value in values { out.append(littleEndian: UInt64(bitPattern: value), bytes: 8) }
    }
    return out
  }
}

extension [UInt8] {
  /// Appends the low bytes of a word, least significant first.
  mutating func append(littleEndian word: UInt64, bytes: Int) {
    for byte in 0..<bytes { append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(byte)))) }
  }
}
