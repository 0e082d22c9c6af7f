import Glibc

/// A second-order notch against mains interference (Orfanidis, Introduction to Signal Processing,
/// 1996, section 11.3.2): gain 1 at 0 Hz and at half the rate, 0 at the mains frequency.
public enum MainsNotch {
  /// The quality factor of every notch: -3 dB width of 2 Hz at 60 Hz and 1.7 Hz at 50 Hz, wide
  /// enough for the mains' drift and narrow enough to ring for no more than about 0.2 s.
  public static let quality = 30.0

  public static func section(
    frequencyHz: Double, rateHz: Double, quality: Double = quality
  ) -> BiquadCoefficients {
    precondition(frequencyHz > 0)
    precondition(frequencyHz < rateHz / 2)
    precondition(quality > 0)
    let omega = 2 * Double.pi * frequencyHz / rateHz
    let gain = 1 / (1 + tan(omega / quality / 2))
    let b1 = -2 * gain * cos(omega)
    return BiquadCoefficients(b0: gain, b1: b1, b2: gain, a1: b1, a2: 2 * gain - 1)
  }
}
