/// How a WFDB signal file stores its samples (signal(5)).
public enum WFDBFormat: Int, Sendable, CaseIterable {
  /// No samples at all: every one is missing.
  case null = 0
  /// Signed 8-bit first differences.
  case difference8 = 8
  /// 16-bit two's complement, least significant byte first.
  case int16 = 16
  /// 24-bit two's complement, least significant byte first.
  case int24 = 24
  /// 32-bit two's complement, least significant byte first.
  case int32 = 32
  /// 16-bit two's complement, most significant byte first.
  case int16BigEndian = 61
  /// 8-bit offset binary: 128 is zero.
  case offset8 = 80
  /// Pairs of 12-bit two's complement samples in three bytes.
  case packed12 = 212

  /// The stored value that means "no sample here": the lowest one, except for differences, which
  /// have none.
  public var missingValue: Int32? {
    switch self {
    case .null, .difference8: nil
    case .int16, .int16BigEndian: -32768
    case .int24: -8_388_608
    case .int32: Int32.min
    case .offset8: -128
    case .packed12: -2048
    }
  }

  /// The values that a sample can have without meaning "missing".
  public var range: ClosedRange<Int32> {
    switch self {
    // Any amplitude can be reached by differences; 32 bits are the reader's limit.
    case .null, .difference8: -2_147_483_647...Int32.max
    case .int16, .int16BigEndian: -32767...32767
    case .int24: -8_388_607...8_388_607
    case .int32: -2_147_483_647...Int32.max
    case .offset8: -127...127
    case .packed12: -2047...2047
    }
  }

  /// The bytes that `count` samples take.
  public func bytes(forSamples count: Int) -> Int {
    switch self {
    case .null: 0
    case .difference8, .offset8: count
    case .int16, .int16BigEndian: count * 2
    case .int24: count * 3
    case .int32: count * 4
    // A last sample without a partner takes two bytes.
    case .packed12: count / 2 * 3 + (count % 2) * 2
    }
  }

  /// The whole samples in so many bytes.
  public func samples(inBytes count: Int) -> Int {
    switch self {
    case .null: 0
    case .difference8, .offset8: count
    case .int16, .int16BigEndian: count / 2
    case .int24: count / 3
    case .int32: count / 4
    case .packed12: count / 3 * 2 + (count % 3 == 2 ? 1 : 0)
    }
  }
}
