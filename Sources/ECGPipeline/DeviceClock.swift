public import ECGCore

/// Device time as a function of the sample number: an anchor, and the sample rate.
public struct DeviceClock: Sendable {
  private let rate: SampleRate
  private var anchorSample = SampleNumber(0)
  private var anchorNs: Int64 = 0

  /// A stated time that deviates by more than this moves the anchor.
  public static let toleranceNs: Int64 = 250_000_000

  public init(rate: SampleRate) { self.rate = rate }

  /// Takes a packet's device time (ns since the Unix epoch; 0 is unknown).
  public mutating func take(_ deviceTimeNs: Int64, at sample: SampleNumber) {
    guard deviceTimeNs > 0 else { return }
    if let known = time(of: sample), abs(known - deviceTimeNs) <= Self.toleranceNs { return }
    anchorSample = sample
    anchorNs = deviceTimeNs
  }

  /// The next stated time becomes the anchor.
  public mutating func reset() { anchorNs = 0 }

  /// Nanoseconds since the Unix epoch, whole microseconds; nil where the gateway states no time.
  public func time(of sample: SampleNumber) -> Int64? {
    guard anchorNs > 0 else { return nil }
    // Microseconds per sample are 1e9 / millihertz; 128 bits hold every product.
    let micros = Int128(sample - anchorSample) * 1_000_000_000 / Int128(rate.millihertz)
    return (anchorNs / 1000 + Int64(micros)) * 1000
  }
}
