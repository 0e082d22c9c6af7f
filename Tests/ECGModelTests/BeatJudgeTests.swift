import CAllocationCounter
import Testing

@testable import ECGModel

@Suite struct BeatJudgeTests {
  private let limit: Float = 0.85

  /// A beat as the patient's model hands it on.
  private func beat(
    _ i: Int, similarity: Float = 0.98, before: Float = 0, interval: Float = -0.2
  ) -> PatientModel.PendingBeat {
    var features = BeatFeatures()
    features[.before] = before
    features[.interval] = interval
    return PatientModel.PendingBeat(
      fiducial: Int64(100 * i), isLearning: false, similarity: similarity, shift: 0, reference: 1,
      referenceShare: 0.9, features: features)
  }

  private func score(_ logOdds: Float, shape: Float, timing: Float) -> PatientScore {
    let score = BeatJudge.probability(logOdds)
    return PatientScore(
      score: score, isFlagged: score > limit, isVentricular: true, shape: shape, timing: timing,
      ventricularShape: shape, untimedLogOdds: logOdds - max(0, timing))
  }

  private func errors(_ beforeQRS: Float, _ qrs: Float, _ afterQRS: Float) -> SegmentErrors {
    var errors = SegmentErrors()
    (errors.beforeQRS, errors.qrs, errors.afterQRS) = (beforeQRS, qrs, afterQRS)
    return errors
  }

  /// A judge that has seen normal beats.
  private func judge(normalLogOdds: Float = -4) -> BeatJudge {
    var judge = BeatJudge(limit: limit)
    for i in 0..<600 {
      _ = judge.process(
        beat(i), score(normalLogOdds, shape: 0.5, timing: 0), errors: errors(0.01, 0.05, 0.01),
        isIrregular: false, start: Int64(i))
    }
    return judge
  }

  @Test func `a quiet patient's limit falls and a noisy one's rises, within bounds`() {
    #expect(judge(normalLogOdds: -6).limit < limit)
    #expect(judge(normalLogOdds: 1).limit > limit)
    #expect(judge(normalLogOdds: 20).limit < 0.995)
  }

  @Test func `an administrator's limit follows no patient`() {
    var judge = judge()
    judge.apply(limit: limit, fixedLimit: 0.6, shift: 0)
    #expect(judge.limit == 0.6)
  }

  @Test func `while the rhythm is irregular timing adds nothing to a score`() {
    var judge = judge()
    let early = score(3, shape: 0, timing: 6)
    let regular = judge.process(
      beat(700, similarity: 0.9, before: -0.4), early, errors: errors(0.01, 0.05, 0.01),
      isIrregular: false, start: 0)
    let irregular = judge.process(
      beat(701, similarity: 0.9, before: -0.4), early, errors: errors(0.01, 0.05, 0.01),
      isIrregular: true, start: 0)
    #expect(regular.score >= regular.limit)
    #expect(irregular.score < 0.1)
  }

  @Test func `a misshapen beat speaks for itself while the rhythm is irregular`() {
    var judge = judge()
    let wide = judge.process(
      beat(700, similarity: 0.3), score(4, shape: 8, timing: -1), errors: errors(0.01, 0.4, 0.3),
      isIrregular: true, start: 0)
    #expect(wide.score >= wide.limit)
    #expect(wide.isMisshapen)
    #expect(wide.explanation.part == .shape)
  }

  @Test func `the segment that departs most from the usual is named`() {
    var judge = judge()
    // The error within the QRS complex is the largest, but it always is.
    let found = judge.process(
      beat(700, similarity: 0.8), score(2, shape: 5, timing: 0), errors: errors(0.04, 0.06, 0.01),
      isIrregular: false, start: 0)
    #expect(found.explanation.segment == .beforeQRS)
    #expect(found.explanation.ratios.beforeQRS > 3)
  }

  @Test func `an early beat is timing, and rate where the pace has changed`() {
    var judge = judge()
    let early = score(3, shape: 0.2, timing: 6)
    func part(interval: Float) -> BeatExplanation {
      judge.process(
        beat(700, before: -0.4, interval: interval), early, errors: errors(0.01, 0.05, 0.01),
        isIrregular: false, start: 0
      ).explanation
    }
    #expect(part(interval: -0.2).part == .timing)
    let fast = part(interval: -0.8)
    #expect(fast.part == .rate)
    #expect(fast.pace > 1.5)
  }

  @Test func `a judge allocates nothing`() {
    var judge = judge()
    let pending = (0..<100).map { beat(1000 + $0, similarity: $0.isMultiple(of: 4) ? 0.2 : 0.98) }
    let found = score(2, shape: 5, timing: 1)
    let errors = errors(0.01, 0.2, 0.05)
    let before = allocation_count()
    for i in 0..<100 {
      _ = judge.process(pending[i], found, errors: errors, isIrregular: i > 50, start: 0)
    }
    #expect(allocation_count() == before)
  }
}
