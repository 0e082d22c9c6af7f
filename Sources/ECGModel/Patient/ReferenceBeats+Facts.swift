/// One of the patient's reference beats, for people who want to see what was learnt.
public struct ReferenceFacts: Sendable, Equatable {
  /// Which of the groups of beats it is; alerts name it so.
  public var index: Int
  /// The part of the patient's recent beats that are most like it, 0...1.
  public var share: Float
  /// Beats since the group was founded.
  public var beatCount: Int
  /// The steepness-weighted width of the QRS complex, and the height of the beat.
  public var widthMs: Float
  public var amplitudeMillivolts: Float
  /// How like what it was when it was learnt, 1 is equality: it follows the patient slowly.
  public var constancy: Float
  /// How likely other patients' beats of that shape are ventricular rather than normal, 0...1.
  public var ventricularLikeness: Float
  /// The mean beat, in millivolts at 128 Hz; its mean is 0.
  public var shape: [Float]
}

extension ReferenceBeats {
  /// The reference beats, the most frequent one first. Allocates; asked for by people.
  public func facts() -> [ReferenceFacts] {
    let length = BeatExcerpt.windowCount
    return (0..<count).filter { clusters[$0].isReference }.map { i in
      ReferenceFacts(
        index: i, share: share(i), beatCount: clusters[i].beatCount,
        widthMs: clusters[i].widthMs,
        amplitudeMillivolts: clusters[i].amplitude, constancy: constancy(i),
        ventricularLikeness: BeatJudge.probability(BaselinePrior.logOdds(shapes, at: i * length)),
        shape: Array(shapes[(i * length)..<((i + 1) * length)]))
    }.sorted { $0.share > $1.share }
  }

  /// How like what it was when it was picked the least constant reference is, of those that the
  /// patient's beats belong to; 1 where there is none. Allocates nothing.
  public var leastConstancy: Float {
    var least: Float = 1
    for i in 0..<count where clusters[i].isReference && share(i) >= Self.leastShareOfDrift {
      least = min(least, constancy(i))
    }
    return least
  }

  /// What other patients' beats say of the reference that most of the recent beats belong to, in
  /// log-odds of a ventricular one; nil before the first pick. Allocates nothing.
  public var baselineLogOdds: Float? {
    mostFrequentReference.map {
      BaselinePrior.logOdds(shapes, at: $0 * BeatExcerpt.windowCount)
    }
  }

  /// A rarer reference says little of the patient's present beats.
  private static let leastShareOfDrift: Float = 0.2

  /// Writes a reference as the network wants it: over its amplitude, its largest QRS deflection
  /// upward.
  public func writeNormalised(_ group: Int, into reference: inout [Float]) {
    let scale = (clusters[group].isInverted ? -1 : 1) / clusters[group].amplitude
    let offset = group * BeatExcerpt.windowCount
    for i in 0..<BeatExcerpt.windowCount { reference[i] = shapes[offset + i] * scale }
  }

  /// As `staysNearAnchor` measures it.
  private func constancy(_ group: Int) -> Float {
    let offset = group * BeatExcerpt.windowCount
    let product = BeatSimilarity.dot(shapes.span, offset, anchors.span, offset)
    let anchor = BeatSimilarity.dot(anchors.span, offset, anchors.span, offset)
    return 2 * product / (clusters[group].energy + anchor + 1e-9)
  }
}
