public import ECGCore

/// The 16 bytes of a lead's name as they stand in a packet: a plain value that compares without
/// allocating.
public struct LeadName: Hashable, Sendable, CustomStringConvertible {
  /// Bytes 0-7 and 8-15, first byte lowest; unused bytes are 0.
  let low: UInt64
  let high: UInt64

  init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  public init(_ lead: Lead) {
    var words: (UInt64, UInt64) = (0, 0)
    for (i, byte) in lead.name.utf8.enumerated() {
      if i < 8 {
        words.0 |= UInt64(byte) << (8 * i)
      } else {
        words.1 |= UInt64(byte) << (8 * (i - 8))
      }
    }
    self.init(low: words.0, high: words.1)
  }

  @inline(__always)
  func byte(_ i: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: i < 8 ? low >> (8 * i) : high >> (8 * (i - 8)))
  }

  /// The number of bytes before the padding.
  public var count: Int {
    var count = 0
    while count < Lead.maximumLength, byte(count) != 0 { count += 1 }
    return count
  }

  /// Whether this is 1 to 16 printable ASCII bytes without spaces, and zeros after them.
  var isValid: Bool {
    let count = count
    guard count > 0 else { return false }
    for i in 0..<Lead.maximumLength {
      guard i < count ? (0x21...0x7e).contains(byte(i)) : byte(i) == 0 else { return false }
    }
    return true
  }

  /// The name as a value that the rest of ecgd uses; nil only for bytes that no decoder accepted.
  public var lead: Lead? { Lead(description) }

  public var description: String {
    String(decoding: (0..<count).map(byte), as: UTF8.self)
  }
}
