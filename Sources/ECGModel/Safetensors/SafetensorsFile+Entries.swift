extension SafetensorsFile {
  /// One entry of the header, checked against the size of the file.
  static func descriptor(
    _ name: String, _ entry: JSONValue, dataStart: Int, fileSize: Int
  ) throws(ModelError) -> TensorDescriptor {
    func bad(_ expected: String) -> ModelError {
      .badEntry(tensor: name, byteOffset: dataStart, expected: expected)
    }
    guard case .object(let object) = entry else { throw bad("an object") }
    for (key, _) in object.members where !["dtype", "shape", "data_offsets"].contains(key) {
      throw bad("no member '\(key)'")
    }
    guard case .string(let dtypeName)? = object["dtype"], let dtype = Dtype(rawValue: dtypeName)
    else { throw bad("a known 'dtype'") }
    guard let shape = sizes(object["shape"]) else {
      throw bad("a 'shape' of whole numbers from 0 on")
    }
    guard let offsets = sizes(object["data_offsets"]), offsets.count == 2 else {
      throw bad("'data_offsets' of two whole numbers from 0 on")
    }
    let (start, overflowStart) = dataStart.addingReportingOverflow(offsets[0])
    let (end, overflowEnd) = dataStart.addingReportingOverflow(offsets[1])
    guard !overflowStart, !overflowEnd, start <= end, end <= fileSize else {
      throw .outOfRange(
        tensor: name, byteOffset: overflowStart ? Int.max : start,
        end: overflowEnd ? Int.max : end, fileSize: fileSize)
    }
    guard offsets[0].isMultiple(of: dtype.byteCount) else {
      throw .misaligned(tensor: name, byteOffset: start, alignment: dtype.byteCount)
    }
    guard let byteCount = byteCount(shape, dtype), byteCount == end - start else {
      throw .wrongLength(
        tensor: name, byteOffset: start, expected: byteCount(shape, dtype) ?? Int.max,
        actual: end - start)
    }
    return TensorDescriptor(name: name, dtype: dtype, shape: shape, range: start..<end)
  }

  private static func sizes(_ value: JSONValue?) -> [Int]? {
    guard case .array(let items)? = value else { return nil }
    var sizes: [Int] = []
    for item in items {
      guard case .integer(let size) = item, size >= 0 else { return nil }
      sizes.append(Int(size))
    }
    return sizes
  }

  /// The bytes of a tensor, or nil where the product leaves 64 bits.
  private static func byteCount(_ shape: [Int], _ dtype: Dtype) -> Int? {
    var total = dtype.byteCount
    for size in shape {
      let (product, overflow) = total.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      total = product
    }
    return total
  }
}

extension SafetensorsFile {
  /// The finite numbers of a tensor of exactly this shape and type, which is `f32` or `f16`.
  ///
  /// Errors: `missingTensor`, `wrongDtype`, `wrongShape`, `notFinite`.
  func floats(
    _ name: String, shape: [Int], dtype: Dtype = .f32
  ) throws(ModelError) -> [Float] {
    guard let tensor = self[name] else { throw .missingTensor(name) }
    return try floats(tensor, shape: shape, dtype: dtype)
  }

  func floats(
    _ tensor: TensorDescriptor, shape: [Int], dtype: Dtype = .f32
  ) throws(ModelError) -> [Float] {
    precondition(dtype == .f32 || dtype == .f16)
    let offset = tensor.range.lowerBound
    guard tensor.dtype == dtype else {
      throw .wrongDtype(
        tensor: tensor.name, byteOffset: offset, expected: dtype.rawValue,
        actual: tensor.dtype.rawValue)
    }
    guard tensor.shape == shape else {
      throw .wrongShape(
        tensor: tensor.name, byteOffset: offset, expected: shape, actual: tensor.shape)
    }
    var values = [Float](repeating: 0, count: tensor.count)
    for i in values.indices {
      let at = offset + dtype.byteCount * i
      var bits: UInt32 = 0
      for byte in (0..<dtype.byteCount).reversed() { bits = bits << 8 | UInt32(bytes[at + byte]) }
      values[i] = dtype == .f16 ? Half.value(UInt16(bits)) : Float(bitPattern: bits)
      guard values[i].isFinite else {
        throw .notFinite(tensor: tensor.name, byteOffset: at, element: i)
      }
    }
    return values
  }
}

extension ModelError {
  /// The error of a JSON text that begins at byte `start` of the file.
  init(_ error: JSONError, at start: Int, in what: String) {
    let offset = start + error.offset
    switch error.reason {
    case .duplicateKey(let key): self = .duplicateKey(key, byteOffset: offset)
    case .unexpectedEnd: self = .badJSON(reason: "\(what) ends too early", byteOffset: offset)
    case .unexpectedByte(let byte, let expected):
      self = .badJSON(
        reason: "\(what) has byte 0x\(String(byte, radix: 16)), expected \(expected)",
        byteOffset: offset)
    case .badUTF8: self = .badJSON(reason: "\(what) has a string not in UTF-8", byteOffset: offset)
    case .badEscape: self = .badJSON(reason: "\(what) has a bad escape", byteOffset: offset)
    case .badNumber: self = .badJSON(reason: "\(what) has a bad number", byteOffset: offset)
    case .tooDeep(let limit):
      self = .badJSON(reason: "\(what) is nested deeper than \(limit)", byteOffset: offset)
    case .tooManyValues(let limit):
      self = .badJSON(reason: "\(what) has more than \(limit) values", byteOffset: offset)
    case .trailingBytes:
      self = .badJSON(reason: "\(what) goes on behind its end", byteOffset: offset)
    }
  }
}
