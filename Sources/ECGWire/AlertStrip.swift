/// The ECG around an alarm's onset with what the network made of it, as the journal keeps it.
///
/// Bytes, little-endian: "ECGS", version (2), flags (2; 1: whole), count (4), index of the onset
/// (4), first sample (8), onset sample (8), stream's rate and values' rate in millihertz (4 + 4),
/// device time of the onset in ns since 1970 (8; 0: none), then `count` values of ECG and `count`
/// of reconstruction, 16-bit, in microvolts; -32768 where there is none.
public struct AlertStrip: Equatable, Sendable {
  public var isWhole = true
  public var onsetIndex: Int
  public var firstSample: Int64
  public var onsetSample: Int64
  public var streamRateHz: Double
  public var valueRateHz: Double
  public var onsetTimeNs: Int64?
  /// Millivolts; NaN where there is none.
  public var ecg: [Float]
  public var reconstruction: [Float]

  public init(
    ecg: [Float], reconstruction: [Float], onsetIndex: Int, firstSample: Int64,
    onsetSample: Int64, streamRateHz: Double, valueRateHz: Double, onsetTimeNs: Int64? = nil
  ) {
    self.ecg = ecg
    self.reconstruction = reconstruction
    self.onsetIndex = onsetIndex
    self.firstSample = firstSample
    self.onsetSample = onsetSample
    self.streamRateHz = streamRateHz
    self.valueRateHz = valueRateHz
    self.onsetTimeNs = onsetTimeNs
  }

  /// The error trace: ECG minus reconstruction, in millivolts; NaN where either is missing.
  public var error: [Float] { zip(ecg, reconstruction).map { $0 - $1 } }

  public static let headerByteCount = 48
  static let magic: UInt32 = 0x5347_4345

  /// Nil where the bytes are no strip.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count >= Self.headerByteCount, Self.load(bytes, 0, 4) == UInt64(Self.magic),
      Self.load(bytes, 4, 2) == 1
    else { return nil }
    let count = Int(Self.load(bytes, 8, 4))
    guard bytes.count == Self.headerByteCount + 4 * count else { return nil }
    isWhole = Self.load(bytes, 6, 2) & 1 == 1
    onsetIndex = Int(Int32(truncatingIfNeeded: Self.load(bytes, 12, 4)))
    firstSample = Int64(bitPattern: Self.load(bytes, 16, 8))
    onsetSample = Int64(bitPattern: Self.load(bytes, 24, 8))
    streamRateHz = Double(Self.load(bytes, 32, 4)) / 1000
    valueRateHz = Double(Self.load(bytes, 36, 4)) / 1000
    guard valueRateHz > 0 else { return nil }
    let time = Int64(bitPattern: Self.load(bytes, 40, 8))
    onsetTimeNs = time == 0 ? nil : time
    ecg = (0..<count).map { Self.millivolts(bytes, Self.headerByteCount + 2 * $0) }
    reconstruction = (0..<count).map {
      Self.millivolts(bytes, Self.headerByteCount + 2 * (count + $0))
    }
  }

  public func encoded() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.headerByteCount + 4 * ecg.count)
    let header = Header(
      isWhole: isWhole, onsetIndex: onsetIndex, firstSample: firstSample, onsetSample: onsetSample,
      streamMillihertz: UInt32(streamRateHz * 1000), valueMillihertz: UInt32(valueRateHz * 1000),
      onsetTimeNs: onsetTimeNs ?? 0)
    Self.encode(header, ecg.span, reconstruction.span, into: &bytes)
    return bytes
  }

  /// What stands before the values.
  public struct Header: Sendable {
    var isWhole: Bool
    var onsetIndex: Int
    var firstSample: Int64
    var onsetSample: Int64
    var streamMillihertz: UInt32
    var valueMillihertz: UInt32
    var onsetTimeNs: Int64

    public init(
      isWhole: Bool, onsetIndex: Int, firstSample: Int64, onsetSample: Int64,
      streamMillihertz: UInt32, valueMillihertz: UInt32, onsetTimeNs: Int64
    ) {
      self.isWhole = isWhole
      self.onsetIndex = onsetIndex
      self.firstSample = firstSample
      self.onsetSample = onsetSample
      self.streamMillihertz = streamMillihertz
      self.valueMillihertz = valueMillihertz
      self.onsetTimeNs = onsetTimeNs
    }
  }

  /// Writes a strip to the start of `bytes` and returns its length; allocates nothing.
  @discardableResult
  public static func encode(
    _ header: Header, _ ecg: Span<Float>, _ reconstruction: Span<Float>,
    into bytes: inout [UInt8]
  ) -> Int {
    let count = ecg.count
    precondition(reconstruction.count == count)
    precondition(bytes.count >= headerByteCount + 4 * count)
    store(UInt64(magic), 4, &bytes, 0)
    store(1, 2, &bytes, 4)
    store(header.isWhole ? 1 : 0, 2, &bytes, 6)
    store(UInt64(count), 4, &bytes, 8)
    store(UInt64(bitPattern: Int64(header.onsetIndex)), 4, &bytes, 12)
    store(UInt64(bitPattern: header.firstSample), 8, &bytes, 16)
    store(UInt64(bitPattern: header.onsetSample), 8, &bytes, 24)
    store(UInt64(header.streamMillihertz), 4, &bytes, 32)
    store(UInt64(header.valueMillihertz), 4, &bytes, 36)
    store(UInt64(bitPattern: header.onsetTimeNs), 8, &bytes, 40)
    for i in 0..<count {
      store(microvolts(ecg[i]), 2, &bytes, headerByteCount + 2 * i)
      store(microvolts(reconstruction[i]), 2, &bytes, headerByteCount + 2 * (count + i))
    }
    return headerByteCount + 4 * count
  }

  private static func microvolts(_ value: Float) -> UInt64 {
    let limited = value.isNaN ? -32_768 : max(-32_767, min(32_767, (value * 1000).rounded()))
    return UInt64(UInt16(bitPattern: Int16(limited)))
  }

  private static func millivolts(_ bytes: [UInt8], _ at: Int) -> Float {
    let value = Int16(truncatingIfNeeded: Int64(load(bytes, at, 2)))
    return value == .min ? .nan : Float(value) / 1000
  }

  private static func load(_ bytes: [UInt8], _ at: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(0) { $0 | UInt64(bytes[at + $1]) << UInt64(8 * $1) }
  }

  private static func store(_ value: UInt64, _ count: Int, _ bytes: inout [UInt8], _ at: Int) {
    for i in 0..<count { bytes[at + i] = UInt8(truncatingIfNeeded: value >> UInt64(8 * i)) }
  }
}
