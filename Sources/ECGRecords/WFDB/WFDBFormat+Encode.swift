extension WFDBFormat {
  /// The bytes of numbers in file order; each must fit (a missing sample is `missingValue`).
  func encode(_ values: [Int32]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes(forSamples: values.count))
    switch self {
    case .null: break
    case .difference8: for value in values { out.append(UInt8(truncatingIfNeeded: value)) }
    case .offset8: for value in values { out.append(UInt8(truncatingIfNeeded: value + 128)) }
    case .int16: for value in values { Self.append(value, bytes: 2, to: &out) }
    case .int16BigEndian:
      for value in values { Self.append(Int32(Int16(value).byteSwapped), bytes: 2, to: &out) }
    case .int24: for value in values { Self.append(value, bytes: 3, to: &out) }
    case .int32: for value in values { Self.append(value, bytes: 4, to: &out) }
    case .packed12:
      for i in stride(from: 0, to: values.count, by: 2) {
        let first = UInt32(bitPattern: values[i])
        let second = i + 1 < values.count ? UInt32(bitPattern: values[i + 1]) : 0
        out.append(UInt8(truncatingIfNeeded: first))
        out.append(UInt8(truncatingIfNeeded: (first >> 8 & 0x0f) | (second >> 4 & 0xf0)))
        if i + 1 < values.count { out.append(UInt8(truncatingIfNeeded: second)) }
      }
    }
    return out
  }

  private static func append(_ value: Int32, bytes: Int, to out: inout [UInt8]) {
    for byte in 0..<bytes { out.append(UInt8(truncatingIfNeeded: value >> (8 * Int32(byte)))) }
  }
}
