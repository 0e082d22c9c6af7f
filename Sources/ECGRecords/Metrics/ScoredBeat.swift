/// A beat with the score that a detector gave it, as the figures take it.
public struct ScoredBeat: Sendable, Equatable {
  /// What the annotator says of it.
  public enum Label: Int, Sendable, CaseIterable {
    case normal, supraventricular, ventricular, fusion
    /// A detection that answers to no annotated beat; the detector claims a normal beat there.
    case extra

    /// Nil for the class that no figure takes part in (paced and unclassifiable beats).
    public init?(_ beatClass: BeatClass) {
      switch beatClass {
      case .normal: self = .normal
      case .supraventricular: self = .supraventricular
      case .ventricular: self = .ventricular
      case .fusion: self = .fusion
      case .unknown: return nil
      }
    }

    /// To be flagged.
    public var isAbnormal: Bool {
      switch self {
      case .supraventricular, .ventricular, .fusion: true
      case .normal, .extra: false
      }
    }
  }

  /// Higher is more abnormal; `lowestScore` where the detector never judged the beat.
  public var score: Double
  public var label: Label

  /// Below every score that a detector gives.
  public static let lowestScore = -Double.infinity

  public init(score: Double, label: Label) {
    self.score = score
    self.label = label
  }
}
