import ECGCore

/// What keeps a patient's reference beats from being settled.
public enum LearningObstacle: Sendable, Equatable {
  /// Too few beats for a first pick, or too short a time to judge any.
  case tooSoon
  /// The most frequent reference beat has only so large a share of the beats.
  case mixedBeats(share: Float)
  /// The QRS complexes of that beat are wide: its own rhythm may be what is abnormal here.
  case wideBeats(milliseconds: Float)
  /// The intervals have no order.
  case irregularRhythm
}

/// Whether so much speaks for one kind of normal beat that waiting longer would hardly change what
/// is learnt: then the references settle before the time for it is over.
///
/// Plain patients settle in little more than a minute. Whoever has ectopic beats, wide QRS
/// complexes, an irregular rhythm or much noise is looked at for the whole time, because what is
/// most frequent in the first minute need not be this patient's normal.
struct LearningEvidence: Sendable {
  /// The share that one reference beat must have. Noise counts against it: a beat buried in it
  /// founds a group of its own.
  static let leastShare: Float = 0.9
  /// Steepness-weighted, as `ReferenceFacts.widthMs`: on MIT-BIH records 30 to 60 ms for most
  /// patients' normal beats, 72 and 76 ms for two with left bundle branch block.
  static let greatestWidthMs: Float = 60
  /// The median departure of an interval from the median, as a logarithm.
  static let greatestIrregularity: Float = 0.05
  /// For so many beats in a row nothing may stand in the way: as many as between two picks.
  static let steadyBeats = ReferenceBeats.beatsBetweenPicks

  /// Of the beat before; nil where nothing stands in the way.
  private(set) var obstacle: LearningObstacle? = .tooSoon
  private var clearBeats = 0

  mutating func reset() { self = LearningEvidence() }

  /// Takes the next beat's timing, after the beat was learnt; true where the evidence suffices.
  mutating func process(
    _ references: ReferenceBeats, _ timing: BeatTiming, isTooSoon: Bool
  ) -> Bool {
    obstacle = isTooSoon ? .tooSoon : Self.obstacle(references, timing)
    clearBeats = obstacle == nil ? clearBeats + 1 : 0
    return clearBeats >= Self.steadyBeats
  }

  private static func obstacle(
    _ references: ReferenceBeats, _ timing: BeatTiming
  ) -> LearningObstacle? {
    guard let normal = references.mostFrequentReference else { return .tooSoon }
    let share = references.share(normal)
    if share < leastShare { return .mixedBeats(share: share) }
    let widthMs = references.clusters[normal].widthMs
    if widthMs > greatestWidthMs { return .wideBeats(milliseconds: widthMs) }
    return timing.irregularity > greatestIrregularity ? .irregularRhythm : nil
  }
}

extension ReferenceBeats {
  /// The reference that most of the recent beats belong to; nil before the first pick. Allocates
  /// nothing.
  var mostFrequentReference: Int? {
    var best: Int?
    for i in 0..<count where clusters[i].isReference {
      if best == nil || clusters[i].weight > clusters[best!].weight { best = i }
    }
    return best
  }
}

extension BeatCluster {
  /// The steepness-weighted width of the mean QRS complex.
  var widthMs: Float { width * 1000 / Float(BeatExcerpt.sampleRateHz) }
}

extension LearningEvidence: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &clearBeats, in: 0...Int.max)
  }
}
