public import ECGCore
import Glibc

/// The coefficients of a causal, linear-phase resampler from one rate to another: a
/// Kaiser-windowed sinc (Crochiere and Rabiner, Multirate Digital Signal Processing, 1983;
/// J. F. Kaiser, 1974) cut into the phases that the ratio of the rates meets.
///
/// Immutable; every lead with the same pair of rates shares one table. Where the ratio meets
/// more phases than the table may hold, `interpolatedPhases` of them are stored and neighbours
/// are interpolated linearly (Smith and Gossett, 1984), so that memory stays bounded.
public final class ResamplerKernel: Sendable {
  public let inputRate: SampleRate
  public let outputRate: SampleRate

  /// Output sample m lies at input position m * `stepNumerator` / `stepDenominator`, exactly.
  public let stepNumerator: Int64
  public let stepDenominator: Int64

  /// The number of input samples behind an output's position that must have arrived: the delay
  /// of the linear-phase filter. 0 where the rates are equal.
  public let delayInputSamples: Int

  /// Gain within 0.1% of 1 up to here, in hertz.
  public let passBandHz: Double
  /// Attenuated by `attenuationDecibels` from here on, in hertz.
  public let stopBandHz: Double
  public let attenuationDecibels: Double

  /// Rows of `taps` coefficients, oldest sample first, zero-padded at the old end.
  let table: [Float]
  /// Taps in a row: a multiple of 8.
  let taps: Int
  /// Whether a row holds the phase between two stored ones.
  let interpolates: Bool

  /// The delay is at most this long.
  public static let maximumDelaySeconds = 0.08
  static let interpolatedPhases = 256
  /// Tables up to this many coefficients (256 KiB) hold every phase exactly.
  static let maximumExactCoefficients = 65_536

  /// The size of the shared table, in coefficients of 4 bytes.
  public var coefficientCount: Int { table.count }

  public var isPassThrough: Bool { delayInputSamples == 0 }

  public init(from inputRate: SampleRate, to outputRate: SampleRate) {
    precondition(SampleRate.accepted.contains(inputRate))
    precondition(SampleRate.accepted.contains(outputRate))
    self.inputRate = inputRate
    self.outputRate = outputRate
    let divisor = Self.greatestCommonDivisor(inputRate.millihertz, outputRate.millihertz)
    stepNumerator = Int64(inputRate.millihertz / divisor)
    stepDenominator = Int64(outputRate.millihertz / divisor)

    let narrow = min(inputRate, outputRate).hertz
    if inputRate == outputRate {
      delayInputSamples = 0
      passBandHz = narrow / 2
      stopBandHz = narrow / 2
      attenuationDecibels = 0
      table = []
      taps = 0
      interpolates = false
      return
    }

    // The pass band ends at a third of the slower rate (42 Hz at 128 Hz). What folds back from
    // the transition band lands above it, where the low-pass behind the resampler attenuates.
    passBandHz = 0.33 * narrow
    stopBandHz = 0.57 * narrow
    let transition = stopBandHz - passBandHz
    // Kaiser's estimate of the attenuation that a given length buys.
    func attenuation(halfSeconds: Double) -> Double { 7.95 + 14.36 * 2 * halfSeconds * transition }
    let wanted = min(80, attenuation(halfSeconds: Self.maximumDelaySeconds))
    let halfSeconds = (wanted - 7.95) / (14.36 * 2 * transition)
    let half = max(2, Int(halfSeconds * inputRate.hertz + 1e-9))
    attenuationDecibels = min(wanted, attenuation(halfSeconds: Double(half) / inputRate.hertz))
    delayInputSamples = half
    taps = (2 * half + 7) / 8 * 8

    let window = KaiserWindow(attenuationDecibels: attenuationDecibels)
    let cutoff = (passBandHz + stopBandHz) / inputRate.hertz  // twice the centre, in cycles
    let exact = Int(stepDenominator) * taps <= Self.maximumExactCoefficients
    interpolates = !exact
    let phases = exact ? Int(stepDenominator) : Self.interpolatedPhases
    let rows = exact ? phases : phases + 1
    var coefficients = [Float](repeating: 0, count: rows * taps)
    var row = [Double](repeating: 0, count: 2 * half)
    for phase in 0..<rows {
      let fraction = Double(phase) / Double(phases)
      var sum = 0.0
      for tap in 0..<2 * half {
        // The distance of input sample n - half + 1 + tap from the position n + fraction.
        let distance = Double(tap - half + 1) - fraction
        let value = Self.sinc(cutoff * distance) * window.value(at: distance / Double(half))
        row[tap] = value
        sum += value
      }
      // A constant stays exactly itself in every phase.
      for tap in 0..<2 * half {
        coefficients[phase * taps + taps - 2 * half + tap] = Float(row[tap] / sum)
      }
    }
    table = coefficients
  }

  /// The input sample nearest to output sample `m`, later at a tie; both counted from the first
  /// sample after a reset.
  public func inputPosition(ofOutput m: Int64) -> Int64 {
    let twice = 2 * m * stepNumerator + stepDenominator
    let divisor = 2 * stepDenominator
    let quotient = twice / divisor
    return twice % divisor < 0 ? quotient - 1 : quotient
  }

  /// The number of outputs complete once `inputs` samples have arrived since a reset.
  public func outputCount(afterInputs inputs: Int64) -> Int64 {
    let last = inputs - 1 - Int64(delayInputSamples)  // the last whole position reached
    guard last >= 0 else { return 0 }
    // Those m with m N / D < last + 1.
    return ((last + 1) * stepDenominator - 1) / stepNumerator + 1
  }

  /// The most outputs that `inputs` further samples can complete.
  public func maximumOutputs(forInputs inputs: Int) -> Int {
    Int((Int64(inputs) * stepDenominator + stepNumerator - 1) / stepNumerator) + 1
  }

  private static func sinc(_ x: Double) -> Double {
    x == 0 ? 1 : sin(Double.pi * x) / (Double.pi * x)
  }

  private static func greatestCommonDivisor(_ a: UInt32, _ b: UInt32) -> UInt32 {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
