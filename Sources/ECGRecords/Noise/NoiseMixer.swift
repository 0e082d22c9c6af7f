public import ECGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Adds a noise record to a clean signal at a given signal-to-noise ratio.
///
/// The noise starts at a seeded place of its record and runs over its end to its beginning. A
/// noise of another rate is interpolated linearly to the signal's.
public struct NoiseMixer: Sendable {
  public enum Failure: Error, Equatable, CustomStringConvertible {
    case noNoise
    case noSignalAmplitude

    public var description: String {
      switch self {
      case .noNoise: "the noise record has no power that could be scaled"
      case .noSignalAmplitude: "the signal has no QRS amplitude that could be measured"
      }
    }
  }

  private let noise: [Float]
  private let gain: Float
  private var offset: Int

  /// - Parameters:
  ///   - noise: the noise record's samples; a missing one adds nothing.
  ///   - qrsAmplitude: the peak-to-peak amplitude of the signal's QRS complexes, in its unit.
  ///   - snrDecibels: 10 log10 of signal power over noise power, as `SignalPower` defines them.
  public init(
    noise: [Float], noiseRate: SampleRate, signalRate: SampleRate, qrsAmplitude: Double,
    snrDecibels: Double, seed: UInt64
  ) throws(Failure) {
    guard let power = SignalPower.noisePower(noise, rate: noiseRate), power > 0, power.isFinite
    else { throw .noNoise }
    guard qrsAmplitude > 0, qrsAmplitude.isFinite else { throw .noSignalAmplitude }
    let wanted = SignalPower.power(qrsAmplitude: qrsAmplitude) / pow(10, snrDecibels / 10)
    gain = Float((wanted / power).squareRoot())
    self.noise = Self.resampled(noise, from: noiseRate, to: signalRate)
    offset = 0
    restart(seed: seed)
  }

  /// Begins at another place of the noise record.
  public mutating func restart(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    offset = random.index(below: noise.count)
  }

  /// What is added to the signal's sample of that number, in the signal's unit.
  public func noise(at sample: Int) -> Float {
    let value = noise[(offset + sample) % noise.count]
    return value.isNaN ? 0 : gain * value
  }

  /// The signal with the noise; missing samples stay missing.
  public func mix(_ samples: [Float]) -> [Float] {
    samples.indices.map { samples[$0] + noise(at: $0) }
  }

  private static func resampled(
    _ samples: [Float], from: SampleRate, to: SampleRate
  ) -> [Float] {
    guard from != to else { return samples }
    let ratio = from.hertz / to.hertz
    let count = max(1, Int(Double(samples.count - 1) / ratio) + 1)
    return (0..<count).map { i in
      let at = Double(i) * ratio
      let left = min(Int(at), samples.count - 1)
      let right = min(left + 1, samples.count - 1)
      return samples[left] + Float(at - Double(left)) * (samples[right] - samples[left])
    }
  }
}
