public import ECGCore
import Glibc

/// What QRS detectors of one sample rate share: the constants in samples, and the coefficients.
/// Immutable.
public final class QRSDesign: Sendable {
  let tuning: QRSTuning
  /// High-pass, then low-pass.
  let band: [BiquadCoefficients]
  let bandDelay: Int64
  let decayPerSample: Double
  let meanLength: Int
  let slope: Int
  let hold: Int64
  let fiducial: Int64
  let near: Int64
  let close: Int64
  let learn: Int64
  let lost: Int64
  let commitDelaySamples: Int

  public static let accepted =
    SampleRate(millihertz: 100_000)...SampleRate(millihertz: 1_000_000)

  public convenience init(rate: SampleRate) { self.init(rate: rate, tuning: QRSTuning()) }

  init(rate: SampleRate, tuning: QRSTuning) {
    precondition(Self.accepted.contains(rate))
    self.tuning = tuning
    func samples(_ seconds: Double) -> Int64 { Int64(max(1, rate.samples(seconds: seconds))) }
    slope = Int(samples(tuning.slopeSeconds))
    hold = samples(tuning.holdSeconds)
    fiducial = samples(tuning.fiducialSeconds)
    near = samples(tuning.nearSeconds)
    close = samples(tuning.closeSeconds)
    learn = samples(tuning.learnSeconds)
    lost = samples(tuning.lostSeconds)
    meanLength = max(1, rate.samples(seconds: tuning.meanSeconds))
    let hertz = rate.hertz
    band =
      Butterworth.highPass(order: tuning.bandOrder, cutoffHz: tuning.bandLowHz, rateHz: hertz)
      + Butterworth.lowPass(order: tuning.bandOrder, cutoffHz: tuning.bandHighHz, rateHz: hertz)
    let centreHz = (tuning.bandLowHz * tuning.bandHighHz).squareRoot()
    let response = FrequencyResponse(of: band, frequencyHz: centreHz, rateHz: hertz)
    bandDelay = Int64(response.delaySamples.rounded())
    decayPerSample = pow(0.5, 1 / hertz)
    commitDelaySamples = Int(hold + fiducial + bandDelay)
  }
}
