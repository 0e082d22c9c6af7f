import Glibc

/// Kaiser's window for a wanted stop-band attenuation (J. F. Kaiser, Nonrecursive digital filter
/// design using the I0-sinh window function, 1974).
struct KaiserWindow {
  let beta: Double
  private let scale: Double

  init(attenuationDecibels a: Double) {
    if a > 50 {
      beta = 0.1102 * (a - 8.7)
    } else if a > 21 {
      beta = 0.5842 * pow(a - 21, 0.4) + 0.07886 * (a - 21)
    } else {
      beta = 0
    }
    scale = 1 / Self.besselI0(beta)
  }

  /// The window at `position` from its middle, inside -1...1; 0 at the ends and outside, so that
  /// a phase with a tap on one end only stays symmetric.
  func value(at position: Double) -> Double {
    let inside = 1 - position * position
    guard inside > 0 else { return 0 }
    return Self.besselI0(beta * inside.squareRoot()) * scale
  }

  /// The modified Bessel function of the first kind and order 0, by its power series
  /// (Abramowitz and Stegun, 9.6.12).
  private static func besselI0(_ x: Double) -> Double {
    var sum = 1.0
    var term = 1.0
    var k = 1.0
    repeat {
      term *= (x / 2 / k) * (x / 2 / k)
      sum += term
      k += 1
    } while term > sum * 1e-17
    return sum
  }
}
