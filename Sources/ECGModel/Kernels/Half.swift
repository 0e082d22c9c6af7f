/// IEEE binary16 as bits. `Float16` is not there on every platform of Swift.
enum Half {
  /// The number, exactly.
  @inline(__always)
  static func value(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF)
    if magnitude >= 0x7C00 {  // infinite or NaN
      return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13)
    }
    // Exponent and fraction moved to their places in a single; 2^112 makes up for the biases, and
    // gives subnormal numbers their leading bit.
    let scaled = Float(bitPattern: magnitude << 13) * 0x1p112
    return Float(bitPattern: sign | scaled.bitPattern)
  }

  /// The bits of a number that is one of binary16 exactly.
  static func bits(_ value: Float) -> UInt16 {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let scaled = (value.magnitude * 0x1p-112).bitPattern
    let bits = sign | UInt16(truncatingIfNeeded: scaled >> 13)
    precondition(Self.value(bits) == value)
    return bits
  }
}
