/// The coefficients of one second-order section, normalised so that a0 = 1:
/// y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2].
public struct BiquadCoefficients: Hashable, Sendable {
  public let b0: Double
  public let b1: Double
  public let b2: Double
  public let a1: Double
  public let a2: Double

  public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }

  /// The gain for a constant input.
  public var gainAtZero: Double { (b0 + b1 + b2) / (1 + a1 + a2) }
}
