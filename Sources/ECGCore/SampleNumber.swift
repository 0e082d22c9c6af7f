/// The position of a sample in its stream, counted by the gateway: the clock of everything
/// between a packet and an alarm.
public struct SampleNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var rawValue: Int64

  public init(_ rawValue: Int64) {
    self.rawValue = rawValue
  }

  public static func < (a: SampleNumber, b: SampleNumber) -> Bool { a.rawValue < b.rawValue }
  public static func + (a: SampleNumber, samples: Int) -> SampleNumber {
    SampleNumber(a.rawValue + Int64(samples))
  }
  public static func - (a: SampleNumber, samples: Int) -> SampleNumber {
    SampleNumber(a.rawValue - Int64(samples))
  }
  /// The distance in samples from `b` to `a`.
  public static func - (a: SampleNumber, b: SampleNumber) -> Int64 { a.rawValue - b.rawValue }

  public var description: String { "\(rawValue)" }
}
