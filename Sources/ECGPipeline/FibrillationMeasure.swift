import ECGCore

/// How like a single slow wave the last seconds are: the VF filter leakage of Kuo and Dillman,
/// Computer detection of ventricular fibrillation, Computers in Cardiology (1978).
///
/// A narrow band-stop filter at the signal's mean frequency leaves little of a flutter or
/// fibrillation wave, and most of a rhythm with QRS complexes.
struct FibrillationMeasure: Sendable {
  /// 0 for a pure wave, towards 1 for distinct beats.
  var leakage: Double
  /// The signal's mean frequency.
  var hertz: Double
  /// Between the lowest and the highest value.
  var rangeMillivolts: Double

  static let seconds = 4.0

  /// Of the samples in `range`, at the given rate; nil where they are constant.
  init?(_ signal: borrowing SampleRing, _ range: Range<Int64>, rate: SampleRate) {
    var size = 0.0
    var steps = 0.0
    var least = Float.infinity
    var most = -Float.infinity
    var last = signal[range.lowerBound]
    var i = range.lowerBound
    while i < range.upperBound {
      let x = signal[i]
      size += Double(abs(x))
      steps += Double(abs(x - last))
      least = min(least, x)
      most = max(most, x)
      last = x
      i += 1
    }
    guard steps > 0, size > 0 else { return nil }
    let period = 2 * Double.pi * size / steps
    let half = min(max(1, Int64((period / 2).rounded())), Int64(range.count / 4))
    var left = 0.0
    var whole = 0.0
    i = range.lowerBound + half
    while i < range.upperBound {
      let (a, b) = (signal[i], signal[i - half])
      left += Double(abs(a + b))
      whole += Double(abs(a) + abs(b))
      i += 1
    }
    guard whole > 0 else { return nil }
    leakage = left / whole
    hertz = rate.hertz / period
    rangeMillivolts = Double(most - least)
  }
}
