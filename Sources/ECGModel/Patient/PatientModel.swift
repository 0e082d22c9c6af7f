public import ECGCore

/// What the daemon knows of one patient: the normal beats and the rhythm, learnt without labels
/// while the beats come.
///
/// For each beat, in order: `process` with the beat's excerpt; where it returns a beat, run the
/// network on the window and the reference that it wrote, and give the result to `score`. The
/// network may run later and in any batch, as long as `score` sees the beats in order: nothing
/// that it finds changes what `process` does.
public struct PatientModel: Sendable {
  /// A beat that can be scored.
  public struct PendingBeat: Sendable {
    public let fiducial: Int64
    /// Whether the patient's normal is still being learnt: the score is provisional.
    public let isLearning: Bool
    /// How like the nearest reference beat it is, in -1...1, and the shift at which it is so.
    public let similarity: Float
    public let shift: Int
    /// Which of the reference beats is the nearest.
    public let reference: Int
    /// The part of the patient's recent beats that are most like that one.
    public let referenceShare: Float
    public internal(set) var features: BeatFeatures
  }

  public let rule: ScoreRule
  public private(set) var references = ReferenceBeats()
  /// Whether the patient's normal is still being learnt: beats are judged provisionally at most.
  public private(set) var isLearning = true
  /// The part of the learning that is done, 0...1.
  public private(set) var progress = 0.0
  /// From the first beat to when the evidence sufficed, or the time for it was over; nil before:
  /// the references are still picked anew every few beats.
  public private(set) var settledAfterSeconds: Double?
  private var rhythm = BeatRhythm()
  private var history = ScoreHistory()
  private var firstFiducial: Int64?
  private var beatCount = 0
  private var evidence = LearningEvidence()
  private static let leastBeatsToPick = 20

  public init(rule: ScoreRule) {
    self.rule = rule
  }

  /// A new patient.
  public mutating func reset() {
    references.reset()
    rhythm.reset()
    history.reset()
    isLearning = true
    progress = 0
    settledAfterSeconds = nil
    firstFiducial = nil
    beatCount = 0
    evidence.reset()
  }

  /// A gap in the signal: what was learnt stays, the interval across it counts for nothing. The
  /// sample numbers go on.
  public mutating func breakOff() {
    rhythm.breakOff()
    references.breakOff()
  }

  /// Takes the next beat: its excerpt holds the samples
  /// `[fiducial - BeatExcerpt.samplesBefore, fiducial + BeatExcerpt.samplesAfter)`. Writes
  /// the network's normalised window and reference, and returns the beat; nil where there is no
  /// reference yet to compare it with. Allocates nothing.
  public mutating func process(
    beatAt fiducial: Int64, excerpt: Span<Float>, window: inout MutableSpan<Float>,
    reference: inout MutableSpan<Float>
  ) -> PendingBeat? {
    precondition(excerpt.count == BeatExcerpt.count)
    precondition(window.count == BeatExcerpt.windowCount)
    precondition(reference.count == BeatExcerpt.windowCount)
    let timing = rhythm.process(beatAt: fiducial)
    let match = references.match(excerpt)
    let seconds = elapsed(fiducial)
    isLearning = seconds < rule.learningSeconds
    progress = min(1, seconds / rule.learningSeconds)
    if !isSettled, seconds >= rule.settlingSeconds { settledAfterSeconds = seconds }
    var pending: PendingBeat?
    if match.reference >= 0 {
      references.write(match, excerpt, window: &window, reference: &reference)
      var features = BeatFeatures()
      features.take(timing)
      features.take(window: window.span, reference: reference.span)
      pending = PendingBeat(
        fiducial: fiducial, isLearning: isLearning, similarity: match.similarity,
        shift: match.shift, reference: match.reference,
        referenceShare: references.share(match.reference), features: features)
    }
    beatCount += 1
    references.learn(
      match, excerpt, timing: timing, isLearning: !isSettled,
      mayPick: seconds >= rule.firstPickSeconds && beatCount >= Self.leastBeatsToPick)
    if !isSettled, evidence.process(references, timing, isTooSoon: isLearning) {
      settledAfterSeconds = seconds
    }
    return pending
  }

  /// Whether the references stand, and only follow the patient slowly.
  public var isSettled: Bool { settledAfterSeconds != nil }

  /// What keeps the references from being settled; nil where they are.
  public var obstacle: LearningObstacle? { isSettled ? nil : evidence.obstacle }

  /// Hints that a beat will come. Changes nothing; `mutating`, because what is called so is not
  /// copied first.
  public mutating func prefetchBeat() {
    references.prefetch()
    rhythm.prefetch()
  }

  /// Hints that a beat will be scored; as `prefetchBeat`.
  public mutating func prefetchScore() { history.prefetch() }

  private mutating func elapsed(_ fiducial: Int64) -> Double {
    let first = firstFiducial ?? fiducial
    firstFiducial = first
    return Double(fiducial - first) / BeatExcerpt.sampleRateHz
  }

  /// The score of a beat, from what the network made of its window.
  public mutating func score(
    _ beat: inout PendingBeat, window: Span<Float>, reconstruction: Span<Float>,
    latent: Span<Float>
  ) -> PatientScore {
    beat.features.take(
      window: window, reconstruction: reconstruction, latentScore: rule.latentScore(latent))
    history.process(&beat.features)
    return rule.score(beat.features)
  }
}

extension PatientModel: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.group(1, &references)
    state.field(2, &isLearning)
    state.field(3, &progress)
    state.group(4, &rhythm)
    state.group(5, &history)
    state.field(6, &firstFiducial)
    state.field(7, &beatCount)
    state.field(8, &settledAfterSeconds)
    state.group(9, &evidence)
  }
}
