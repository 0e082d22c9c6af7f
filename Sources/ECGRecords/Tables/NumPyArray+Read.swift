extension NumPyArray {
  /// The widest header that is read; NumPy's own limit.
  static let maximumHeaderBytes = 10_000
  static let maximumDimensions = 32

  /// Reads an .npy file.
  public init(path: String) throws(NumPyError) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path) } catch { throw .file(error) }
    try self.init(bytes: bytes, path: path)
  }

  /// Decodes an .npy file of version 1, 2 or 3: little-endian f4, f8, i2, i4 or i8 in C order.
  /// `path` only names it in errors.
  public init(bytes: [UInt8], path: String) throws(NumPyError) {
    let header = try NumPyHeader(bytes: bytes, path: path)
    var count = 1
    for length in header.shape {
      let product = count.multipliedReportingOverflow(by: length)
      guard !product.overflow, product.partialValue <= bytes.count else {
        throw header.bad("a shape that fits the file's \(bytes.count) bytes", "\(header.shape)")
      }
      count = product.partialValue
    }
    let width = header.type.width
    let available = bytes.count - header.dataOffset
    guard available >= count * width else {
      throw .badArray(
        path: path, offset: header.dataOffset, expected: "\(count * width) bytes of elements",
        found: "\(available)")
    }
    let reader = LittleEndianReader(bytes: bytes, offset: header.dataOffset, count: count)
    let elements: Elements =
      switch header.type {
      case .float32: .float32(reader.read(4) { Float(bitPattern: UInt32($0)) })
      case .float64: .float64(reader.read(8) { Double(bitPattern: $0) })
      case .int16: .int16(reader.read(2) { Int16(truncatingIfNeeded: $0) })
      case .int32: .int32(reader.read(4) { Int32(truncatingIfNeeded: $0) })
      case .int64: .int64(reader.read(8) { Int64(bitPattern: $0) })
      }
    self.init(shape: header.shape, elements: elements)
  }
}

/// Fixed-width words, least significant byte first.
struct LittleEndianReader {
  let bytes: [UInt8]
  let offset: Int
  let count: Int

  func read<T>(_ width: Int, _ make: (UInt64) -> T) -> [T] {
    let source = bytes.span
    var out: [T] = []
    out.reserveCapacity(count)
    for i in 0..<count {
      var word: UInt64 = 0
      let at = offset + i * width
      for byte in 0..<width { word |= UInt64(source[at + byte]) << (8 * UInt64(byte)) }
      out.append(make(word))
    }
    return out
  }
}
