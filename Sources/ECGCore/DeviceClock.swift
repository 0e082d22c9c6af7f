/// The device time of a stream's samples, from an anchor: one sample whose time a packet stated.
///
/// The anchor stays while packets agree with it, so that a sample's time does not depend on how
/// samples were cut into packets; a time that deviates by more than 0.25 s replaces it.
public struct DeviceClock: Equatable, Sendable {
  private var anchorSample: Int64 = 0
  /// 0: unknown.
  private var anchorTimeNs: Int64 = 0

  public static let toleranceNs: Int64 = 250_000_000

  public init() {}

  /// Forgets the anchor: a new session.
  public mutating func reset() { self = DeviceClock() }

  /// Takes note of the time that a packet states for its first sample.
  ///
  /// - Parameter timeNs: nanoseconds since the Unix epoch; 0 is unknown.
  public mutating func observe(_ timeNs: Int64, at sample: SampleNumber, rate: SampleRate) {
    guard timeNs > 0 else { return }
    if let expected = self.timeNs(of: sample, rate: rate) {
      let (deviation, overflow) = timeNs.subtractingReportingOverflow(expected)
      if !overflow, deviation.magnitude <= Self.toleranceNs.magnitude { return }
    }
    anchorSample = sample.rawValue
    anchorTimeNs = timeNs
  }

  /// The time of a sample in nanoseconds since the Unix epoch, rounded down; nil where no packet
  /// has stated one, or it lies out of range.
  public func timeNs(of sample: SampleNumber, rate: SampleRate) -> Int64? {
    guard anchorTimeNs > 0, rate.millihertz > 0 else { return nil }
    let distance = sample.rawValue - anchorSample
    // 10^12 ns * mHz: the product needs 128 bits.
    let wide = distance.magnitude.multipliedFullWidth(by: 1_000_000_000_000)
    guard wide.high < UInt64(rate.millihertz) else { return nil }
    let (quotient, remainder) = UInt64(rate.millihertz).dividingFullWidth(wide)
    let rounded = distance < 0 && remainder > 0 ? quotient + 1 : quotient
    guard let offset = Int64(exactly: rounded) else { return nil }
    let (time, overflow) =
      distance < 0
      ? anchorTimeNs.subtractingReportingOverflow(offset)
      : anchorTimeNs.addingReportingOverflow(offset)
    return overflow || time < 0 ? nil : time
  }
}

extension DeviceClock: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &anchorSample)
    state.field(2, &anchorTimeNs)
  }
}
