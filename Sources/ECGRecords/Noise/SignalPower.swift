public import ECGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The powers that a signal-to-noise ratio of an ECG is made of, as WFDB's `nst` and `sigamp`
/// define them (Moody, Muldrow and Mark, "A noise stress test for arrhythmia detectors", Computers
/// in Cardiology 11:381-384, 1984).
///
/// The signal's power is that of a sine as tall as the QRS complexes: their peak-to-peak
/// amplitude squared, over 8. The noise's power is its mean square about the mean of each second.
/// Both are means of at most 300 measurements without the largest and smallest 5%.
public enum SignalPower {
  static let maximumMeasurements = 300
  static let trimmedShare = 0.05
  /// The QRS complex reaches this far either way from its annotation.
  static let qrsHalfWidthSeconds = 0.05

  /// The typical peak-to-peak amplitude of the complexes at `beats` (sample numbers), in the unit
  /// of `samples`; nil where none can be measured.
  public static func qrsAmplitude(
    _ samples: [Float], rate: SampleRate, beats: [Int64]
  ) -> Double? {
    let half = Int64(max(1, rate.samples(seconds: qrsHalfWidthSeconds)))
    var amplitudes: [Double] = []
    for beat in beats where amplitudes.count < maximumMeasurements {
      guard beat >= half, beat + half < Int64(samples.count) else { continue }
      if let height = range(samples[Int(beat - half)...Int(beat + half)]) {
        amplitudes.append(height)
      }
    }
    return trimmedMean(amplitudes)
  }

  /// An estimate without annotations: the typical peak-to-peak amplitude of a second, in which a
  /// heart beats about once. Wander adds to it.
  public static func qrsAmplitude(_ samples: [Float], rate: SampleRate) -> Double? {
    trimmedMean(seconds(samples, rate).compactMap { range(samples[$0]) })
  }

  /// `amplitude` squared over 8.
  public static func power(qrsAmplitude amplitude: Double) -> Double {
    amplitude * amplitude / 8
  }

  /// The power of a noise record; nil where nothing can be measured.
  public static func noisePower(_ samples: [Float], rate: SampleRate) -> Double? {
    let roots = seconds(samples, rate).compactMap { deviation(samples[$0]) }
    return trimmedMean(roots).map { $0 * $0 }
  }

  private static func seconds(_ samples: [Float], _ rate: SampleRate) -> [Range<Int>] {
    let length = max(1, rate.samples(seconds: 1))
    let count = min(samples.count / length, maximumMeasurements)
    return (0..<count).map { $0 * length..<($0 + 1) * length }
  }

  private static func range(_ samples: ArraySlice<Float>) -> Double? {
    var low = Float.infinity
    var high = -Float.infinity
    for sample in samples {
      if sample.isNaN { return nil }
      low = min(low, sample)
      high = max(high, sample)
    }
    return low <= high ? Double(high) - Double(low) : nil
  }

  private static func deviation(_ samples: ArraySlice<Float>) -> Double? {
    if samples.contains(where: \.isNaN) { return nil }
    let mean = samples.reduce(0.0) { $0 + Double($1) } / Double(samples.count)
    let sum = samples.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (sum / Double(samples.count)).squareRoot()
  }

  private static func trimmedMean(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    let cut = Int(Double(values.count) * trimmedShare)
    let kept = values.sorted()[cut..<values.count - cut]
    return kept.reduce(0, +) / Double(kept.count)
  }
}
