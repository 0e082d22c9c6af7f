/// Brings a window into the form that a model was trained on.
public enum WindowNormaliser {
  /// Normalises a window of `[samples][leads]` millivolts in place, each lead for itself.
  ///
  /// - Parameter amplitude: the patient's own, in millivolts; used by
  ///   `meanRemovedAndScaledByPatientAmplitude` alone, and above 0 there.
  public static func normalise(
    _ window: inout MutableSpan<Float>, leads: Int, _ kind: ModelManifest.Normalisation,
    amplitude: Float = 1
  ) {
    guard kind != .none else { return }
    let samples = window.count / leads
    precondition(samples * leads == window.count)
    for lead in 0..<leads {
      var sum = 0.0
      for i in 0..<samples { sum += Double(window[i * leads + lead]) }
      let mean = sum / Double(samples)
      let scale: Double
      switch kind {
      case .none, .meanRemoved: scale = 1
      case .zScore:
        var squares = 0.0
        for i in 0..<samples {
          let difference = Double(window[i * leads + lead]) - mean
          squares += difference * difference
        }
        let deviation = (squares / Double(samples)).squareRoot()
        // A flat window has no deviation to divide by; it stays flat.
        scale = deviation > 0 ? 1 / deviation : 0
      case .meanRemovedAndScaledByPatientAmplitude:
        precondition(amplitude > 0)
        scale = 1 / Double(amplitude)
      }
      for i in 0..<samples {
        let at = i * leads + lead
        window[at] = Float((Double(window[at]) - mean) * scale)
      }
    }
  }
}
