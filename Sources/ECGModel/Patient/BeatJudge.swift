public import ECGCore
import Glibc

/// What is concluded of one beat.
public struct BeatJudgement: Sendable {
  /// The score that is held against the limit, 0...1: without what the timing adds while the
  /// rhythm is irregular.
  public var score: Float
  /// The patient's own limit, 0...1.
  public var limit: Float
  /// Whether it belongs to a run of beats of abnormal shape; the window start of the first one.
  public var isInRun: Bool
  public var runOnset: Int64
  /// Whether its shape alone is over the patient's limit.
  public var isMisshapen: Bool
  public var explanation: BeatExplanation
}

/// From a beat's score to evidence for alarms: the patient's own limits, runs, and what to tell.
///
/// Fed with every beat in order; allocates nothing.
public struct BeatJudge: Sendable {
  /// A beat at least so like a reference beat, and no earlier than that, counts as normal
  /// whatever its score.
  static let normalSimilarity: Float = 0.9
  static let normalEarliness: Float = -0.1
  /// `referenceQRS` of the patient's own QRS complexes: a mean difference of 9% of the amplitude.
  static let ownQRS: Float = -2.4
  /// A beat comes late whose interval is longer than the median by more than this, as a logarithm.
  static let lateness: Float = 0.2
  /// The pace has changed where the median interval differs by more than this, as a logarithm,
  /// from what it was among the normal beats.
  static let paceTolerance: Float = 0.26
  /// The part of a score that speaks for ventricular beats weighs shape more than the whole score
  /// does: on patients left out its values are spread 1.25 times as far. Limits and runs count in
  /// the log-odds of the whole.
  private static let shapeScale: Float = 0.8
  private static let memory: Float = 200
  /// A smaller mean error of a normal beat is rounding.
  private static let leastError: Float = 0.005

  public private(set) var score: PatientLimit
  public private(set) var shape: PatientLimit
  public private(set) var run: RunEvidence
  /// Mean errors of normal beats, by segment, and the mean logarithm of their median interval.
  private var usual = SegmentErrors()
  private var usualPace: Float = 0
  private var normalCount: Float = 0
  /// An administrator's limit, 0...1, in place of the patient's own.
  private var fixedLimit: Float?

  /// - Parameters:
  ///   - limit: the model's limit, 0...1, around which the patient's own one moves.
  ///   - fixedLimit: what an administrator wants in place of the patient's own.
  ///   - shift: in log-odds: more makes alarms rarer.
  public init(limit: Float, fixedLimit: Float? = nil, shift: Float = 0) {
    self.fixedLimit = fixedLimit
    score = PatientLimit(Self.scoreRule(limit, shift: shift))
    shape = PatientLimit(Self.shapeRule(shift))
    run = RunEvidence()
  }

  /// Other limits from the next beat on; what was learnt stays.
  public mutating func apply(limit: Float, fixedLimit: Float?, shift: Float) {
    self.fixedLimit = fixedLimit
    score.rule = Self.scoreRule(limit, shift: shift)
    shape.rule = Self.shapeRule(shift)
  }

  /// A new patient.
  public mutating func reset() {
    score.reset()
    shape.reset()
    run.reset()
    usual = SegmentErrors()
    usualPace = 0
    normalCount = 0
  }

  /// No run reaches across.
  public mutating func breakOff() { run.reset() }

  /// What a score is held against now, 0...1.
  public var limit: Float { fixedLimit ?? Self.probability(score.limit) }

  /// Beats a minute among the normal beats; nil before the first.
  public var usualHeartRate: Float? { normalCount > 0 ? 60 / expf(usualPace) : nil }

  /// Takes a beat with its score, the error of each part of its window, and whether the rhythm is
  /// irregular; `start` is where its window begins in the stream. A beat that is not `isClean`, too
  /// noisy to be judged by itself, moves no limit.
  public mutating func process(
    _ beat: PatientModel.PendingBeat, _ found: PatientScore, errors: SegmentErrors,
    isIrregular: Bool, start: Int64, isClean: Bool = true
  ) -> BeatJudgement {
    let logOdds = Self.logOdds(found.score)
    let damped = isIrregular ? found.untimedLogOdds : logOdds
    let limit = self.limit
    let ventricular = Self.shapeScale * found.ventricularShape
    let excess = ventricular - shape.limit
    let isInRun = run.process(
      fiducial: beat.fiducial, start: start,
      excess: found.isVentricular ? excess : min(excess, 0),
      isOwn: !Self.mayBeVentricular(beat), isLate: beat.features[.before] > Self.lateness)
    let explanation = explain(beat, found, errors: errors)
    if isClean, beat.similarity > Self.normalSimilarity,
      beat.features[.before] > Self.normalEarliness
    {
      note(logOdds, ventricular, errors, pace: beat.features[.interval])
    }
    return BeatJudgement(
      score: isIrregular ? Self.probability(damped) : found.score, limit: limit, isInRun: isInRun,
      runOnset: run.onset, isMisshapen: excess > 0, explanation: explanation)
  }

  /// False where the beat, or its QRS complex, looks like one of the patient's own: an early beat
  /// from above the ventricles scores high, and is no part of a ventricular run.
  public static func mayBeVentricular(_ beat: PatientModel.PendingBeat) -> Bool {
    beat.similarity <= normalSimilarity && beat.features[.referenceQRS] >= ownQRS
  }

  private mutating func note(
    _ logOdds: Float, _ shape: Float, _ errors: SegmentErrors, pace: Float
  ) {
    score.note(logOdds)
    self.shape.note(shape)
    normalCount += 1
    let gain = 1 / min(normalCount, Self.memory)
    usual.approach(errors, gain: gain)
    usualPace += gain * (pace - usualPace)
  }

  private func explain(
    _ beat: PatientModel.PendingBeat, _ found: PatientScore, errors: SegmentErrors
  ) -> BeatExplanation {
    let ratios = errors.over(usual, floor: Self.leastError)
    let change = normalCount > 0 ? beat.features[.interval] - usualPace : 0
    let part: BeatExplanation.Part
    if found.shape >= found.timing {
      part = .shape
    } else {
      part = abs(change) > Self.paceTolerance ? .rate : .timing
    }
    return BeatExplanation(
      part: part, shape: found.shape, timing: found.timing, pace: expf(-change),
      earliness: beat.features[.before], segment: ratios.worst, ratios: ratios,
      reference: beat.reference, similarity: beat.similarity, share: beat.referenceShare)
  }
}

/// The rules behind the limits, and the scales that they are on.
extension BeatJudge {
  private static func scoreRule(
    _ limit: Float, shift: Float
  ) -> PatientLimit.Rule {
    let centre = logOdds(limit) + 0.5 + shift
    return PatientLimit.Rule(
      exceedance: 0.05, step: 0.02, margin: 2, start: centre - 2,
      bounds: (centre - 1)...(centre + 3))
  }

  private static func shapeRule(_ shift: Float) -> PatientLimit.Rule {
    PatientLimit.Rule(
      exceedance: 0.02, step: 0.02, margin: 1.5 + shift, start: 1,
      bounds: (3 + shift)...(6 + shift))
  }

  static func logOdds(_ probability: Float) -> Float {
    let p = min(max(probability, 1e-6), 1 - 1e-6)
    return logf(p / (1 - p))
  }

  static func probability(_ logOdds: Float) -> Float { 1 / (1 + expf(-logOdds)) }
}

extension BeatJudge: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.group(1, &score)
    state.group(2, &shape)
    state.group(3, &run)
    state.group(4, &usual)
    state.field(5, &usualPace)
    state.field(6, &normalCount)
  }
}
