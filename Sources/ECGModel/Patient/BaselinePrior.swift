/// What other patients' beats say of one patient's own normal beat: a logistic function of its mean
/// shape, fitted on the mean normal and the mean ventricular beats of patients
/// (`Training/detector/prior.py`, which prints the weights and how often it errs).
///
/// Beside a reference beat that is itself abnormal, as of a patient whose rhythm is ventricular from
/// the first beat, nothing looks abnormal. This is judged by no reference at all.
public enum BaselinePrior {
  /// Of QRS duration in samples, steepest slope, the T wave's extreme and its mean, over the
  /// beat's amplitude.
  private static let weights: InlineArray<4, Float> = [0.1136, -2.7546, -2.2597, 10.269]
  private static let bias: Float = -1.5685
  /// Log-odds from which on it is told: 56% of the patients' ventricular mean beats and 4 of 62
  /// normal ones were, of patients left out.
  public static let limit: Float = 1.25
  /// Slopes over this part of the steepest one belong to the QRS complex.
  private static let slopeShare: Float = 0.1

  /// How likely a mean beat is ventricular rather than normal, both being equally frequent: its
  /// log-odds. Allocates nothing.
  static func logOdds(_ shapes: [Float], at offset: Int) -> Float {
    let found = features(shapes, at: offset)
    var sum = bias
    for i in 0..<4 { sum += weights[i] * found[i] }
    return sum
  }

  static func features(_ shapes: [Float], at offset: Int) -> InlineArray<4, Float> {
    let fiducial = BeatExcerpt.before
    func value(_ i: Int) -> Float { shapes[offset + i] }
    func slope(_ i: Int) -> Float { abs(value(i + 1) - value(i - 1)) }
    var (lowest, highest) = (value(0), value(0))
    for i in 0..<BeatExcerpt.windowCount {
      (lowest, highest) = (min(lowest, value(i)), max(highest, value(i)))
    }
    let amplitude = max(highest - lowest, 1e-6)
    var peak = fiducial - 10
    for i in (fiducial - 10)..<(fiducial + 12) where abs(value(i)) > abs(value(peak)) { peak = i }
    var steepest: Float = 1e-9
    for i in (fiducial - 18)..<(fiducial + 22) { steepest = max(steepest, slope(i)) }
    var (first, last) = (peak, peak)
    for i in max(1, peak - 16)..<min(BeatExcerpt.windowCount - 1, peak + 20)
    where slope(i) > slopeShare * steepest {
      (first, last) = (min(first, i), max(last, i))
    }
    var base: Float = 0
    for i in 0..<20 { base += value(i) / 20 }
    var extreme: Float = 0
    var mean: Float = 0
    for i in 46..<90 {
      let wave = value(i) - base
      if abs(wave) > abs(extreme) { extreme = wave }
      if i >= 50 { mean += abs(wave) / 40 }
    }
    return [
      Float(last - first), steepest / amplitude, (value(peak) < 0 ? -extreme : extreme) / amplitude,
      mean / amplitude,
    ]
  }
}
