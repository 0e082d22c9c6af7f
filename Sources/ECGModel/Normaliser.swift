/// What is done to a window, in millivolts, before the network sees it.
enum Normaliser {
  /// Below this standard deviation, in millivolts, a lead is taken as flat and not scaled.
  static let flatDeviation: Float = 1e-6

  /// Normalises a window [sample][lead] in place.
  ///
  /// - Parameter amplitude: of the patient's reference beat, in the window's units; used only by
  ///   the normalisation that is named for it.
  static func apply(
    _ normalisation: ModelManifest.Normalisation, to window: inout MutableSpan<Float>, leads: Int,
    amplitude: Float
  ) {
    guard normalisation != .none else { return }
    let samples = window.count / leads
    for lead in 0..<leads {
      var sum = 0.0
      for sample in 0..<samples { sum += Double(window[sample * leads + lead]) }
      let mean = Float(sum / Double(samples))
      var scale: Float = 1
      switch normalisation {
      case .none, .meanRemoved: break
      case .zScore:
        var squares = 0.0
        for sample in 0..<samples {
          let x = Double(window[sample * leads + lead] - mean)
          squares += x * x
        }
        let deviation = Float((squares / Double(samples)).squareRoot())
        if deviation >= flatDeviation { scale = 1 / deviation }
      case .meanRemovedAndScaledByPatientAmplitude: scale = 1 / amplitude
      }
      for sample in 0..<samples {
        let i = sample * leads + lead
        window[i] = (window[i] - mean) * scale
      }
    }
  }
}
