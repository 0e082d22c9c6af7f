import Glibc

/// What a chain of second-order sections does to a sinusoid.
public struct FrequencyResponse: Hashable, Sendable {
  public let gain: Double
  /// The group delay in samples.
  public let delaySamples: Double

  /// The response at `frequencyHz` of `sections` running at `rateHz`.
  ///
  /// The group delay of each polynomial p in z^-1 is Re(sum k p_k z^-k / sum p_k z^-k)
  /// (Smith, Introduction to Digital Filters, 2007, section "Group Delay Computation").
  public init(of sections: [BiquadCoefficients], frequencyHz: Double, rateHz: Double) {
    let omega = 2 * Double.pi * frequencyHz / rateHz
    var gain = 1.0
    var delay = 0.0
    for c in sections {
      let numerator = Self.polynomial(c.b0, c.b1, c.b2, omega)
      let denominator = Self.polynomial(1, c.a1, c.a2, omega)
      gain *= numerator.magnitude / denominator.magnitude
      delay += numerator.delay - denominator.delay
    }
    self.gain = gain
    delaySamples = delay
  }

  private static func polynomial(
    _ p0: Double, _ p1: Double, _ p2: Double, _ omega: Double
  ) -> (magnitude: Double, delay: Double) {
    let re = p0 + p1 * cos(omega) + p2 * cos(2 * omega)
    let im = -(p1 * sin(omega) + p2 * sin(2 * omega))
    let rampRe = p1 * cos(omega) + 2 * p2 * cos(2 * omega)
    let rampIm = -(p1 * sin(omega) + 2 * p2 * sin(2 * omega))
    let power = re * re + im * im
    return (power.squareRoot(), power > 0 ? (rampRe * re + rampIm * im) / power : 0)
  }
}
