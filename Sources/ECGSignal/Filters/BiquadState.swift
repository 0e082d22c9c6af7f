import ECGCore

/// What one second-order section remembers, in transposed direct form II (Oppenheim and Schafer,
/// Discrete-Time Signal Processing, 3rd ed., section 6.3.4), in double precision.
struct BiquadState: Sendable {
  private var s1 = 0.0
  private var s2 = 0.0

  @inline(__always)
  mutating func process(_ x: Double, _ c: BiquadCoefficients) -> Double {
    let y = c.b0 * x + s1
    s1 = (c.b1 * x + s2) - c.a1 * y
    s2 = c.b2 * x - c.a2 * y
    return y
  }

  /// As if the input had always been `x`; returns the constant output that goes with it.
  mutating func prime(at x: Double, _ c: BiquadCoefficients) -> Double {
    let y = c.gainAtZero * x
    s1 = y - c.b0 * x
    s2 = c.b2 * x - c.a2 * y
    return y
  }
}

extension BiquadState: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &s1)
    state.field(2, &s2)
  }
}
