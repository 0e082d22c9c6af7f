public import ECGCore

/// One frame of the waveforms socket, as Documentation/Protocol.md lays it out: what stands before
/// the values.
public struct WaveformHeader: Equatable, Sendable {
  public enum Kind: UInt8, CaseIterable, Sendable {
    case cleaned = 1
    case reconstruction = 2
    case latent = 3
  }

  public var kind: Kind
  public var isLearning = false
  /// A denoising network stands behind the filters.
  public var hasNetwork = false
  public var count: Int
  /// Of the values; 0 for a latent.
  public var valueRate: SampleRate
  public var streamRate: SampleRate
  public var sequence: UInt64
  /// The stream's sample that value 0 stands for.
  public var first: SampleNumber
  /// The number of value 0 on the grid of the values.
  public var index: Int64
  /// Nanoseconds since the Unix epoch; 0 is unknown.
  public var deviceTimeNs: Int64 = 0
  /// Counts the restarts of the grid.
  public var path: UInt32
  /// NaN where there is none; so are `heartRate` and `signalToNoiseDecibels`.
  public var score = Float.nan
  public var limit: Float
  public var heartRate = Float.nan
  public var quality: Float
  /// The ratio that the denoiser reports.
  public var signalToNoiseDecibels = Float.nan
  public var networkShare: Float = 0
  public var lead: LeadName

  public static let byteCount = 96
  public static let version: UInt8 = 1
  static let magic: UInt32 = 0x5747_4345  // "ECGW", first byte lowest
  private static let learningFlag: UInt32 = 1
  private static let networkFlag: UInt32 = 2

  public init(
    kind: Kind, count: Int, valueRate: SampleRate, streamRate: SampleRate, sequence: UInt64,
    first: SampleNumber, index: Int64, path: UInt32, limit: Float, quality: Float, lead: LeadName
  ) {
    self.kind = kind
    self.count = count
    self.valueRate = valueRate
    self.streamRate = streamRate
    self.sequence = sequence
    self.first = first
    self.index = index
    self.path = path
    self.limit = limit
    self.quality = quality
    self.lead = lead
  }

  /// The length of the whole frame.
  public var frameByteCount: Int { Self.byteCount + 4 * count }

  /// Writes header and values to `bytes` from `start` on; there must be room. Allocates nothing.
  public func encode(_ values: Span<Float>, into bytes: inout [UInt8], at start: Int = 0) {
    precondition(values.count == count)
    precondition(start + frameByteCount <= bytes.count)
    bytes.store(Self.magic, at: start)
    bytes.store(Self.version, at: start + 4)
    bytes.store(kind.rawValue, at: start + 5)
    bytes.store(UInt16(Self.byteCount), at: start + 6)
    let flags = (isLearning ? Self.learningFlag : 0) | (hasNetwork ? Self.networkFlag : 0)
    bytes.store(flags, at: start + 8)
    bytes.store(UInt32(count), at: start + 12)
    bytes.store(valueRate.millihertz, at: start + 16)
    bytes.store(streamRate.millihertz, at: start + 20)
    bytes.store(sequence, at: start + 24)
    bytes.store(first.rawValue, at: start + 32)
    bytes.store(index, at: start + 40)
    bytes.store(deviceTimeNs, at: start + 48)
    bytes.store(path, at: start + 56)
    bytes.store(score.bitPattern, at: start + 60)
    bytes.store(limit.bitPattern, at: start + 64)
    bytes.store(heartRate.bitPattern, at: start + 68)
    bytes.store(quality.bitPattern, at: start + 72)
    bytes.store(signalToNoiseDecibels.bitPattern, at: start + 76)
    bytes.store(networkShare.bitPattern, at: start + 80)
    bytes.store(UInt32(0), at: start + 84)
    bytes.store(lead.low, at: start + 88)
    for i in 0..<values.count {
      bytes.store(values[i].bitPattern, at: start + Self.byteCount + 4 * i)
    }
  }
}

extension WaveformHeader {
  /// Why bytes are no frame.
  public enum DecodeError: Error, Equatable, Sendable {
    case truncated(expected: Int, actual: Int)
    case badMagic
    case badVersion(UInt8)
    case badKind(UInt8)
    case headerLength(UInt16)
  }

  /// Reads a frame: its header and its values. Allocates; for subscribers.
  public static func decode(
    _ bytes: RawSpan
  ) throws(DecodeError) -> (header: WaveformHeader, values: [Float]) {
    guard bytes.byteCount >= byteCount else {
      throw .truncated(expected: byteCount, actual: bytes.byteCount)
    }
    func integer<T: FixedWidthInteger & BitwiseCopyable>(_ at: Int, _ type: T.Type) -> T {
      bytes.integer(at: at, as: type)
    }
    func float(_ at: Int) -> Float { Float(bitPattern: integer(at, UInt32.self)) }
    guard integer(0, UInt32.self) == magic else { throw .badMagic }
    guard integer(4, UInt8.self) == version else { throw .badVersion(integer(4, UInt8.self)) }
    guard let kind = Kind(rawValue: integer(5, UInt8.self)) else {
      throw .badKind(integer(5, UInt8.self))
    }
    let length = integer(6, UInt16.self)
    guard length >= byteCount, length.isMultiple(of: 8) else { throw .headerLength(length) }
    let count = Int(integer(12, UInt32.self))
    let expected = Int(length) + 4 * count
    guard bytes.byteCount == expected else {
      throw .truncated(expected: expected, actual: bytes.byteCount)
    }
    var header = WaveformHeader(
      kind: kind, count: count, valueRate: SampleRate(millihertz: integer(16, UInt32.self)),
      streamRate: SampleRate(millihertz: integer(20, UInt32.self)),
      sequence: integer(24, UInt64.self), first: SampleNumber(integer(32, Int64.self)),
      index: integer(40, Int64.self), path: integer(56, UInt32.self), limit: float(64),
      quality: float(72), lead: LeadName(low: integer(88, UInt64.self), high: 0))
    let flags = integer(8, UInt32.self)
    header.isLearning = flags & learningFlag != 0
    header.hasNetwork = flags & networkFlag != 0
    header.deviceTimeNs = integer(48, Int64.self)
    header.score = float(60)
    header.heartRate = float(68)
    header.signalToNoiseDecibels = float(76)
    header.networkShare = float(80)
    return (header, (0..<count).map { float(Int(length) + 4 * $0) })
  }
}
