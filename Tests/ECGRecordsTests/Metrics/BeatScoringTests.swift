import ECGCore
import Testing

@testable import ECGRecords

struct BeatScoringTests {
  static let rate = SampleRate(millihertz: 100_000)

  static func annotations(_ marks: [(Int64, Character)]) -> AnnotationFile {
    AnnotationFile(
      annotations: marks.map { Annotation(sample: $0.0, code: AnnotationCode(mnemonic: $0.1)!) })
  }

  func scoring(
    _ detected: [(Int64, Float?)], _ marks: [(Int64, Character)], limit: Float = 0.5
  ) -> BeatScoring {
    BeatScoring(
      detected: detected.map {
        DetectedBeat(sample: $0.0, score: $0.1, isFlagged: ($0.1 ?? 0) >= limit)
      },
      annotations: Self.annotations(marks), sampleRate: Self.rate)
  }

  @Test func `each beat is counted once: judged, unjudged, undetected or extra`() {
    let scoring = scoring(
      [
        (29_900, 0.9), (30_000, 0.1), (30_103, 0.8), (30_200, nil), (30_400, 0.3), (30_450, 0.6),
        (30_600, nil), (30_700, 0.2),
      ],
      [
        (29_900, "V"), (30_000, "N"), (30_100, "V"), (30_200, "A"), (30_300, "V"), (30_400, "L"),
        (30_700, "/"),
      ])
    let flags = scoring.flags
    #expect(flags[.normal].beats == 2 && flags[.normal].flagged == 0)
    #expect(flags[.ventricular].beats == 2 && flags[.ventricular].undetected == 1)
    #expect(flags[.ventricular].flagged == 1)
    #expect(flags[.supraventricular].beats == 1 && flags[.supraventricular].unjudged == 1)
    #expect(flags[.extra].beats == 2 && flags[.extra].unjudged == 1 && flags[.extra].flagged == 1)
    #expect(scoring.unclassifiable == 1)
    #expect(
      scoring.labels == [nil, .normal, .ventricular, nil, .normal, .extra, nil, nil])
    #expect(scoring.classes[7] == .unknown)
    // N .1, V .8, L .3, extra .6, then the S that was not judged and the V that was not found.
    #expect(
      scoring.ranked == [
        ScoredBeat(score: Double(Float(0.1)), label: .normal),
        ScoredBeat(score: Double(Float(0.8)), label: .ventricular),
        ScoredBeat(score: Double(Float(0.3)), label: .normal),
        ScoredBeat(score: Double(Float(0.6)), label: .extra),
        ScoredBeat(score: ScoredBeat.lowestScore, label: .supraventricular),
        ScoredBeat(score: ScoredBeat.lowestScore, label: .ventricular),
      ])
    // Of six annotated beats (Q too) one was missed; two detections are no beats.
    #expect(scoring.qrs.truePositives == 5 && scoring.qrs.falseNegatives == 1)
    #expect(scoring.qrs.falsePositives == 2)
    #expect(flags.positivePredictivity == 0.5)
    #expect(flags.abnormal.flaggedShare == 1.0 / 3)
    #expect(flags.specificity == 1)
  }

  @Test func `what lies in ventricular flutter is not scored`() {
    let scoring = scoring(
      [(30_000, 0.1), (31_050, 0.9), (31_100, 0.9), (32_000, 0.7)],
      [(30_000, "N"), (31_000, "["), (31_040, "V"), (31_500, "]"), (32_000, "F")])
    #expect(scoring.ranked.map(\.label) == [.normal, .fusion])
    #expect(scoring.qrs.falsePositives == 0)
    #expect(scoring.flags[.ventricular].beats == 0)
  }

  @Test func `tables of several records add up`() {
    let one = scoring([(30_000, 0.9)], [(30_000, "N"), (30_100, "S")]).flags
    let sum = one + one
    #expect(sum[.normal].beats == 2 && sum[.normal].flagged == 2)
    #expect(sum[.supraventricular].undetected == 2)
    #expect(sum.falseFlags == 2 && sum.positivePredictivity == 0)
    #expect(sum.positivePredictivity(of: .supraventricular) == 0)
    #expect(FlagTable().positivePredictivity == nil && FlagTable().specificity == nil)
  }
}
