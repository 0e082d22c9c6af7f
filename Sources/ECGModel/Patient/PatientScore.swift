import Glibc

/// How unlike the patient's normal a beat is, and what says so.
public struct PatientScore: Hashable, Sendable {
  /// Which part of the evidence weighs most.
  public enum Part: String, Sendable, CaseIterable {
    case shape, timing
  }

  /// 0...1: calibrated on patients that the rule was not fitted on.
  public var score: Float
  /// The score exceeds the rule's limit.
  public var isFlagged: Bool
  /// What shape and timing add to the log-odds of a typical normal beat.
  public var shape: Float
  public var timing: Float

  public var part: Part { shape >= timing ? .shape : .timing }
}

extension ScoreRule {
  /// The feature `latent`.
  func latentScore(_ latent: Span<Float>) -> Float {
    precondition(latent.count == latentWeights.count)
    var sum = latentBias
    for i in 0..<latent.count { sum += latentWeights[i] * latent[i] }
    return sum
  }

  /// The score of a beat.
  public func score(_ features: BeatFeatures) -> PatientScore {
    var logit = bias
    var shape: Float = 0
    var timing: Float = 0
    for i in 0..<terms.count {
      let value = terms[i].value(features)
      logit += terms[i].weight * value
      let added = terms[i].weight * (value - terms[i].typical)
      timing += timingShares[i] * added
      shape += (1 - timingShares[i]) * added
    }
    let score = 1 / (1 + expf(-logit))
    return PatientScore(score: score, isFlagged: score > limit, shape: shape, timing: timing)
  }
}
