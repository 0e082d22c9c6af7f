extension RawSpan {
  /// The little-endian integer at a byte offset, which need not be aligned.
  @inline(__always)
  func integer<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: T.Type) -> T {
    precondition(offset >= 0)
    precondition(offset <= byteCount - MemoryLayout<T>.size)
    return T(littleEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self))
  }
}

extension [UInt8] {
  /// Overwrites bytes at `offset` with a little-endian integer.
  @inline(__always)
  mutating func store<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    var rest = value.littleEndian
    for i in 0..<MemoryLayout<T>.size {
      self[offset + i] = UInt8(truncatingIfNeeded: rest)
      rest = MemoryLayout<T>.size > 1 ? rest >> 8 : 0
    }
  }
}
