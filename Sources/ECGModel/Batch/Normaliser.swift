/// What is done to a window before the network sees it, lead by lead.
///
/// Sums are made in double precision and in the order of the samples. A number that is not finite
/// becomes the plain NaN, which every kernel carries through to the result.
struct Normaliser {
  private let kind: ModelManifest.Normalisation
  private let leads: Int
  private let amplitude: Float

  init(_ kind: ModelManifest.Normalisation, leads: Int, amplitude: Float) {
    precondition(leads > 0)
    self.kind = kind
    self.leads = leads
    self.amplitude = amplitude
  }

  /// Normalises a window `[samples][leads]` in place.
  func process(_ window: inout MutableSpan<Float>) {
    for lead in 0..<leads {
      let samples = stride(from: lead, to: window.count, by: leads)
      var mean = 0.0
      var divisor = 1.0
      if kind != .none {
        for i in samples { mean += Double(window[i]) }
        mean /= Double(window.count / leads)
      }
      switch kind {
      case .none, .meanRemoved: break
      case .zScore:
        var sum = 0.0
        for i in samples {
          let deviation = Double(window[i]) - mean
          sum += deviation * deviation
        }
        let deviation = (sum / Double(window.count / leads)).squareRoot()
        if deviation != 0 { divisor = deviation }
      case .meanRemovedAndScaledByPatientAmplitude: divisor = Double(amplitude)
      }
      for i in samples {
        let value = Float((Double(window[i]) - mean) / divisor)
        window[i] = value.isFinite ? value : .nan
      }
    }
  }
}
