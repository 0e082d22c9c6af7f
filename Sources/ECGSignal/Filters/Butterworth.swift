import Glibc

/// Butterworth filters as second-order sections, by the bilinear transform with prewarping
/// (Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., section 7.2; the analogue
/// prototype is S. Butterworth, On the Theory of Filter Amplifiers, 1930).
///
/// Sections are ordered from the widest to the most resonant pole pair, so that a large input
/// is damped before it rings.
public enum Butterworth {
  public static let orders = 1...8

  /// -3 dB at `cutoffHz`; gain 1 at 0 Hz.
  public static func lowPass(
    order: Int, cutoffHz: Double, rateHz: Double
  ) -> [BiquadCoefficients] {
    let k = warped(order: order, cutoffHz: cutoffHz, rateHz: rateHz)
    return sections(order: order, warped: k) { secondOrder, norm in
      secondOrder
        ? (k * k / norm, 2 * (k * k / norm), k * k / norm)
        : (k / norm, k / norm, 0)
    }
  }

  /// -3 dB at `cutoffHz`; gain 1 at half the rate, and exactly 0 at 0 Hz.
  public static func highPass(
    order: Int, cutoffHz: Double, rateHz: Double
  ) -> [BiquadCoefficients] {
    let k = warped(order: order, cutoffHz: cutoffHz, rateHz: rateHz)
    return sections(order: order, warped: k) { secondOrder, norm in
      secondOrder ? (1 / norm, -2 * (1 / norm), 1 / norm) : (1 / norm, -(1 / norm), 0)
    }
  }

  private static func warped(order: Int, cutoffHz: Double, rateHz: Double) -> Double {
    precondition(orders.contains(order))
    precondition(cutoffHz > 0)
    precondition(cutoffHz < rateHz / 2)
    return tan(Double.pi * cutoffHz / rateHz)
  }

  /// Denominators are the same for both kinds; `numerator` is told the section's order and a0.
  private static func sections(
    order: Int, warped k: Double,
    numerator: (_ secondOrder: Bool, _ norm: Double) -> (Double, Double, Double)
  ) -> [BiquadCoefficients] {
    var result: [BiquadCoefficients] = []
    if order % 2 == 1 {
      let norm = 1 + k
      let b = numerator(false, norm)
      result.append(BiquadCoefficients(b0: b.0, b1: b.1, b2: b.2, a1: (k - 1) / norm, a2: 0))
    }
    for pair in stride(from: order / 2, through: 1, by: -1) {
      // 1/Q of the pole pair at the angle (2 pair - 1) pi / (2 order) from the imaginary axis.
      let damping = 2 * sin(Double(2 * pair - 1) * Double.pi / Double(2 * order))
      let norm = 1 + k * damping + k * k
      let b = numerator(true, norm)
      result.append(
        BiquadCoefficients(
          b0: b.0, b1: b.1, b2: b.2,
          a1: 2 * (k * k - 1) / norm, a2: (1 - k * damping + k * k) / norm))
    }
    return result
  }
}
