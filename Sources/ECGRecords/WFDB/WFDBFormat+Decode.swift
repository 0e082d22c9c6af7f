extension WFDBFormat {
  /// The first `count` stored numbers of `bytes` from `offset` on, in file order; differences
  /// stay differences. The caller has checked that the bytes are there.
  func decode(_ bytes: [UInt8], from offset: Int, count: Int) -> [Int32] {
    precondition(offset >= 0)
    precondition(bytes.count - offset >= self.bytes(forSamples: count))
    let source = bytes.span
    var out: [Int32] = []
    out.reserveCapacity(count)
    switch self {
    case .null:
      for _ in 0..<count { out.append(DigitalSamples.missing) }
    case .difference8:
      for i in 0..<count { out.append(Int32(Int8(bitPattern: source[offset + i]))) }
    case .offset8:
      for i in 0..<count { out.append(Int32(source[offset + i]) - 128) }
    case .int16:
      for i in 0..<count {
        let at = offset + 2 * i
        out.append(Int32(Int16(bitPattern: UInt16(source[at]) | UInt16(source[at + 1]) << 8)))
      }
    case .int16BigEndian:
      for i in 0..<count {
        let at = offset + 2 * i
        out.append(Int32(Int16(bitPattern: UInt16(source[at]) << 8 | UInt16(source[at + 1]))))
      }
    case .int24:
      for i in 0..<count {
        let at = offset + 3 * i
        let low = UInt32(source[at]) << 8 | UInt32(source[at + 1]) << 16
        // Held in the upper 24 bits and shifted down, so that the sign comes with it.
        out.append(Int32(bitPattern: low | UInt32(source[at + 2]) << 24) >> 8)
      }
    case .int32:
      for i in 0..<count {
        let at = offset + 4 * i
        let low = UInt32(source[at]) | UInt32(source[at + 1]) << 8
        let high = UInt32(source[at + 2]) << 16 | UInt32(source[at + 3]) << 24
        out.append(Int32(bitPattern: low | high))
      }
    case .packed12:
      for i in 0..<count {
        let at = offset + i / 2 * 3
        // Byte 1 of the three holds the high four bits of both: the first's below.
        let packed =
          i % 2 == 0
          ? UInt32(source[at]) | UInt32(source[at + 1] & 0x0f) << 8
          : UInt32(source[at + 2]) | UInt32(source[at + 1] & 0xf0) << 4
        out.append(Int32(bitPattern: packed << 20) >> 20)
      }
    }
    return out
  }
}
