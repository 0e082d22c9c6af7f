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
  /// Whether, if it is abnormal, it is more likely ventricular than supraventricular.
  public var isVentricular: Bool
  /// What shape and timing add, in that class, to the log-odds of a typical normal beat.
  public var shape: Float
  public var timing: Float
  /// What shape adds to the log-odds of a ventricular beat, whichever class is the likelier.
  public var ventricularShape: Float
  /// The log-odds of the score without what the timing adds.
  public var untimedLogOdds: Float

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
    var logits = bias
    var shape = ByClass()
    var timing = ByClass()
    for i in 0..<terms.count {
      let value = terms[i].value(features)
      logits += terms[i].weight * value
      let added = slope * terms[i].weight * (value - terms[i].typical)
      timing += timingShares[i] * added
      shape += (1 - timingShares[i]) * added
    }
    let untimed = logits - pointwiseMax(timing / slope, ByClass())
    let score = BeatJudge.probability(calibrated(logits))
    let isVentricular = logits[0] >= logits[1]
    let speaks = isVentricular ? 0 : 1
    return PatientScore(
      score: score, isFlagged: score > limit, isVentricular: isVentricular, shape: shape[speaks],
      timing: timing[speaks], ventricularShape: shape[0], untimedLogOdds: calibrated(untimed))
  }

  /// The calibrated log-odds of an abnormal beat of either class.
  private func calibrated(_ logits: ByClass) -> Float {
    let larger = logits.max()
    return slope * (larger + log1pf(expf(logits.min() - larger))) + offset
  }
}
