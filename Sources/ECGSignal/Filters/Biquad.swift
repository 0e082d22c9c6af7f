public import ECGCore

/// One second-order section with its state, in transposed direct form II (Oppenheim and Schafer,
/// Discrete-Time Signal Processing, 3rd ed., section 6.3.4), in double precision.
public struct Biquad: Sendable {
  public let coefficients: BiquadCoefficients
  private var s1 = 0.0
  private var s2 = 0.0

  public init(_ coefficients: BiquadCoefficients) {
    self.coefficients = coefficients
  }

  /// The section that changes nothing.
  public static let identity = Biquad(BiquadCoefficients(b0: 1, b1: 0, b2: 0, a1: 0, a2: 0))

  @inline(__always)
  public mutating func process(_ x: Double) -> Double {
    let c = coefficients
    let y = c.b0 * x + s1
    s1 = (c.b1 * x + s2) - c.a1 * y
    s2 = c.b2 * x - c.a2 * y
    return y
  }

  /// Back to rest: as if the input had always been zero.
  public mutating func reset() {
    s1 = 0
    s2 = 0
  }

  /// As if the input had always been `x`; returns the constant output that goes with it.
  @discardableResult
  public mutating func prime(at x: Double) -> Double {
    let y = coefficients.gainAtZero * x
    s1 = y - coefficients.b0 * x
    s2 = coefficients.b2 * x - coefficients.a2 * y
    return y
  }
}

extension Biquad: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &s1)
    state.field(2, &s2)
  }
}
