/// One number that a score is made of.
public enum BeatFeature: Int, CaseIterable, Sendable {
  /// Logarithms of the mean absolute reconstruction error, over the window and its parts.
  case error, errorP, errorQRS, errorT
  /// A linear function of the latent, learnt with the network.
  case latent
  /// `errorP` less its median over the last beats; and `latent` of the beat before.
  case relativeErrorP, previousLatent
  /// Logarithms of the mean absolute difference to the reference beat.
  case reference, referenceP, referenceQRS, referenceT
  /// Logarithms of the ratio of amplitudes and of QRS widths to the reference's.
  case amplitude, width
  /// Logarithm of the roughness outside the QRS complex.
  case roughness
  /// Logarithms of the intervals before the beat and before the one before it, over the median
  /// interval; of the interval before over the one before that.
  case before, previousBefore, change
  /// How far `before` lies below 0 beyond a tolerance.
  case prematurity
  /// The same against the median of the last 120 intervals: a run of early beats stays early.
  case earliness
  /// How far the interval lies below that median, in units of the patient's own irregularity.
  case relativeEarliness
  /// How far `before` lies below 0, in units of the patient's own irregularity.
  case relativePrematurity
  /// The same in units of how unpredictable the intervals are.
  case unforeseenPrematurity
  /// The part of the recent intervals that were shorter than the one before the beat.
  case rank
  /// Logarithm of the patient's irregularity; and of the median interval in seconds.
  case irregularity, interval

  /// As it stands in a model's manifest.
  public var name: String { "\(self)" }

  /// Whether the number stems from when the beat came rather than from what it looks like.
  public var isTiming: Bool {
    switch self {
    case .error, .errorP, .errorQRS, .errorT, .latent, .relativeErrorP, .previousLatent,
      .reference, .referenceP, .referenceQRS,
      .referenceT, .amplitude, .width, .roughness:
      false
    case .before, .previousBefore, .change, .prematurity, .earliness, .relativeEarliness,
      .relativePrematurity,
      .unforeseenPrematurity, .rank,
      .irregularity, .interval:
      true
    }
  }

  /// Whether the number is only known once the network has seen the beat.
  public var needsNetwork: Bool {
    switch self {
    case .error, .errorP, .errorQRS, .errorT, .latent, .relativeErrorP, .previousLatent: true
    default: false
    }
  }
}
