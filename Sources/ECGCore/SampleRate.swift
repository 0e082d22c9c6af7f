/// A sample rate, held in thousandths of a hertz so that every rate on the wire is exact.
public struct SampleRate: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let millihertz: UInt32

  /// The rates that ecgd accepts: 50 Hz to 2000 Hz.
  public static let accepted: ClosedRange<SampleRate> =
    SampleRate(millihertz: 50_000)...SampleRate(millihertz: 2_000_000)

  public init(millihertz: UInt32) {
    self.millihertz = millihertz
  }

  /// Rounds to the nearest thousandth of a hertz; nil where that is not positive or too large.
  public init?(hertz: Double) {
    let scaled = (hertz * 1000).rounded()
    guard scaled >= 1, scaled <= Double(UInt32.max) else { return nil }
    self.init(millihertz: UInt32(scaled))
  }

  public var hertz: Double { Double(millihertz) / 1000 }

  /// The number of whole samples nearest to a duration in seconds.
  public func samples(seconds: Double) -> Int { Int((seconds * hertz).rounded()) }

  public static func < (a: SampleRate, b: SampleRate) -> Bool { a.millihertz < b.millihertz }

  /// The shortest decimal, with the unit: "360 Hz", "128.5 Hz".
  public var description: String {
    millihertz % 1000 == 0 ? "\(millihertz / 1000) Hz" : "\(hertz) Hz"
  }
}
