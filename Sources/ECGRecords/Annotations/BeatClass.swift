/// The beat classes of ANSI/AAMI EC57.
public enum BeatClass: Int, Sendable, CaseIterable, CustomStringConvertible {
  /// Any beat that is not in another class, bundle branch blocks and escapes included.
  case normal
  case supraventricular
  case ventricular
  /// A fusion of a ventricular and a normal beat.
  case fusion
  /// Paced, or unclassifiable.
  case unknown

  public var description: String {
    switch self {
    case .normal: "N"
    case .supraventricular: "S"
    case .ventricular: "V"
    case .fusion: "F"
    case .unknown: "Q"
    }
  }

  /// The class of a letter as printed above.
  public init?(letter: Character) {
    guard let found = Self.allCases.first(where: { $0.description == String(letter) }) else {
      return nil
    }
    self = found
  }
}

extension AnnotationCode {
  /// The EC57 class of a beat; nil for what marks no beat.
  ///
  /// N = N L R e j, S = A a J S, V = V E, F = F, Q = / f Q. The rarer beat codes go where EC57
  /// puts their like: B (bundle branch block) to N, n (supraventricular escape) to S, r (R-on-T
  /// ventricular) to V, ? (beat during learning) to Q. Flutter waves are no beats.
  public var beatClass: BeatClass? {
    switch self {
    case .normal, .leftBundleBranchBlock, .rightBundleBranchBlock, .atrialEscape, .nodalEscape,
      .bundleBranchBlock:
      .normal
    case .atrialPremature, .aberratedAtrialPremature, .nodalPremature,
      .supraventricularPremature, .supraventricularEscape:
      .supraventricular
    case .ventricularPremature, .ventricularEscape, .rOnT: .ventricular
    case .fusion: .fusion
    case .paced, .pacedFusion, .unclassifiable, .learning: .unknown
    default: nil
    }
  }
}
