import ECGModel

/// Turns the reconstruction errors of one patient into scores.
struct WindowScorer: Sendable {
  let settings: ScoreSettings
  private var baseline: ErrorBaseline?

  init(_ settings: ScoreSettings) {
    self.settings = settings
    switch settings.kind {
    case .absolute: baseline = nil
    case .patient(let windows): baseline = ErrorBaseline(windows: windows)
    }
  }

  var isLearning: Bool { baseline.map { !$0.isLearnt } ?? false }
  /// The part of the learning that is done, 0...1.
  var progress: Double { baseline?.progress ?? 1 }
  /// The learnt centre and spread of the logarithm of the error.
  var learnt: (centre: Float, spread: Float)? {
    guard let baseline, baseline.isLearnt else { return nil }
    return (baseline.centre, baseline.spread)
  }

  /// The window's score; nil while the patient is being learnt.
  mutating func process(error: Float, limit: Float) -> Float? {
    settings.kind == .absolute ? error : baseline!.process(error: error, limit: limit)
  }

  mutating func reset() { baseline?.reset() }
}
