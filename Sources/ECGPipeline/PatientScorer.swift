import ECGCore
import ECGModel

/// What was learnt of one patient, and how it turns what the network makes of windows into scores.
struct PatientScorer: Sendable {
  /// For models that are judged by the patient's own errors.
  private var baseline: ErrorBaseline?
  /// For models that know the patient's own beats.
  var patient: PatientModel?

  init(_ settings: ScoreSettings) {
    switch settings.kind {
    case .absolute: break
    case .patient(let windows): baseline = ErrorBaseline(windows: windows)
    case .beats(let rule): patient = PatientModel(rule: rule)
    }
  }

  var isLearning: Bool { progress < 1 }

  /// The part of the learning that is done, 0...1.
  var progress: Double { patient?.progress ?? baseline?.progress ?? 1 }

  /// The learnt centre and spread of the logarithm of the error.
  var learnt: (centre: Float, spread: Float)? {
    guard let baseline, baseline.isLearnt else { return nil }
    return (baseline.centre, baseline.spread)
  }

  /// How many reference beats stand for the patient's normal.
  var referenceCount: Int? { patient?.references.referenceCount }

  /// A window's score from its error, where no beats are known; nil while that is being learnt.
  mutating func process(error: Float, limit: Float) -> Float? {
    baseline == nil ? error : baseline!.process(error: error, limit: limit)
  }

  mutating func reset() {
    baseline?.reset()
    patient?.reset()
  }
}

extension PatientScorer: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.group(1, &baseline)
    state.group(2, &patient)
  }
}
