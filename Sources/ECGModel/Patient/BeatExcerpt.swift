/// The stretch of one lead around a beat that the patient's model looks at, and the window that
/// is cut out of it once the beat has been aligned with a reference beat.
///
/// All lengths are samples at the model's rate of 128 Hz.
public enum BeatExcerpt {
  public static let sampleRateHz = 128.0
  /// The window: `[fiducial - before, fiducial + after)`.
  public static let before = 32
  public static let after = 64
  public static let windowCount = before + after
  /// A fiducial may lie so far from where the reference beat has its own.
  public static let greatestShift = 6
  /// What `PatientModel.process` is given: the window and the room to shift it.
  public static let samplesBefore = before + greatestShift
  public static let samplesAfter = after + greatestShift
  public static let count = samplesBefore + samplesAfter

  /// Segments of a window.
  static let atrial = 0..<24
  static let ventricular = 24..<44
  static let repolarisation = 44..<windowCount

  /// Copies the window that starts `greatestShift + shift` samples into `excerpt`, its mean
  /// removed.
  static func cut(_ excerpt: Span<Float>, shift: Int, into window: inout [Float]) {
    let start = greatestShift + shift
    var sum: Float = 0
    for i in 0..<windowCount { sum += excerpt[start + i] }
    let mean = sum / Float(windowCount)
    for i in 0..<windowCount { window[i] = excerpt[start + i] - mean }
  }
}
