import ECGCore
import Testing

@testable import ECGRecords

struct AlertFiguresTests {
  static let rate = SampleRate(millihertz: 100_000)

  func alert(
    _ onset: Int64, _ detection: Int64, told: Int64? = nil, end: Int64? = nil,
    name: String = "abnormalBeats", isPhysiological: Bool = true
  ) -> AlertSpan {
    AlertSpan(
      name: name, isPhysiological: isPhysiological, onset: onset, detection: detection,
      told: told ?? detection, end: end ?? detection)
  }

  func figures(_ alerts: [AlertSpan], _ marks: [(Int64, Character)]) -> AlertFigures {
    // Ten minutes beyond the unscored five.
    AlertFigures(
      alerts, annotations: BeatScoringTests.annotations(marks), rate: Self.rate, samples: 90_000)
  }

  @Test func `an alert is right where an abnormal beat lies in its evidence`() {
    let marks: [(Int64, Character)] = [
      (29_000, "V"), (40_000, "V"), (41_000, "N"), (50_000, "N"), (60_000, "Q"), (70_000, "S"),
    ]
    let found = figures(
      [
        alert(28_900, 29_500), alert(39_000, 39_990, told: 40_100), alert(40_500, 41_500),
        // The evidence ends before the S beat, however long the alarm lasts.
        alert(49_000, 50_500, end: 80_000), alert(59_000, 60_500), alert(69_500, 70_500),
        alert(71_000, 71_000, isPhysiological: false),
      ], marks)
    #expect(found.right == 2)
    #expect(found.wrong == 2)
    #expect(found.unscored == 2)
    #expect(found.technical == 1)
    #expect(found.wrongByName == ["abnormalBeats": 2])
    #expect(found.calmByName == ["abnormalBeats": 2])
    #expect(found.alertDelays == [11, 10])
    // Two in ten minutes.
    #expect(abs(found.falseAlertsPerHour! - 12) < 1e-9)
    let sum = found + found
    #expect(sum.wrong == 4 && abs(sum.falseAlertsPerHour! - 12) < 1e-9)
    #expect(AlertFigures().falseAlertsPerHour == nil)
  }

  @Test func `a false alert is told from one that names abnormal beats wrongly`() {
    let found = figures(
      [
        alert(39_900, 40_200, name: "ventricularRun"),
        alert(49_900, 50_200, name: "ventricularRun"),
      ], [(40_000, "S"), (40_060, "S"), (40_120, "S"), (50_000, "N"), (50_060, "N")])
    #expect(found.wrongByName == ["ventricularRun": 2])
    #expect(found.calmByName == ["ventricularRun": 1])
    #expect(abs(found.calmAlertsPerHour! - 6) < 1e-9)
  }

  @Test func `a run is three ventricular beats in a row or more`() {
    let marks: [(Int64, Character)] = [
      (100, "V"), (200, "V"), (300, "N"), (400, "V"), (500, "E"), (600, "V"), (700, "V"),
      (800, "F"), (900, "V"), (950, "V"),
    ]
    let runs = VentricularRun.all(in: BeatScoringTests.annotations(marks).classifiedBeats)
    #expect(runs == [VentricularRun(first: 400, third: 600, last: 700, count: 4)])
  }

  @Test func `a run's alert is in time up to ten seconds after its third beat`() {
    var marks: [(Int64, Character)] = []
    for start: Int64 in [40_000, 50_000, 60_000, 70_000, 80_000] {
      marks += [(start, "V"), (start + 60, "V"), (start + 120, "V"), (start + 180, "N")]
    }
    let found = figures(
      [
        // Before the third beat; exactly in time; one sample late; on since before; none.
        alert(39_000, 40_100, told: 40_110), alert(50_000, 51_000, told: 51_120),
        alert(60_000, 61_000, told: 61_121), alert(65_000, 66_000, told: 66_000, end: 71_000),
      ], marks)
    #expect(found.runs == 5)
    #expect(found.runsAlerted == 3)
    #expect(found.runsAlreadyOn == 1)
    #expect(found.runDelays == [0, 10, 0])
    #expect(found.runShare == 0.6)
  }

  @Test func `other conditions are held against what they claim`() {
    var marks: [(Int64, Character)] = [(48_000, "N"), (50_000, "["), (52_000, "]")]
    for i: Int64 in 0..<40 { marks.append((40_000 + i * 80, "N")) }
    var file = BeatScoringTests.annotations(marks)
    file.annotations += [
      Annotation(sample: 30_000, code: .rhythm, text: "(N"),
      Annotation(sample: 40_000, code: .rhythm, text: "(AFIB"),
      Annotation(sample: 45_000, code: .rhythm, text: "(N"),
    ]
    file.annotations.sort { $0.sample < $1.sample }
    let truth = AlertTruth(file, rate: Self.rate, start: 30_000)
    func verdict(_ name: String, _ onset: Int64, _ detection: Int64) -> AlertTruth.Verdict {
      truth.verdict(of: alert(onset, detection, name: name))
    }
    #expect(verdict("atrialFibrillation", 41_000, 43_000) == .right)
    #expect(verdict("atrialFibrillation", 46_000, 48_000) == .wrong)
    // No beat from 43120 to 48000.
    #expect(verdict("asystole", 43_500, 44_000) == .right)
    #expect(verdict("asystole", 41_000, 42_000) == .wrong)
    // 75 a minute.
    #expect(verdict("extremeTachycardia", 40_000, 43_000) == .wrong)
    #expect(verdict("extremeBradycardia", 40_000, 43_000) == .wrong)
    #expect(verdict("ventricularTachycardia", 50_100, 50_900) == .right)
    #expect(verdict("ventricularRun", 41_000, 43_000) == .wrong)
    #expect(verdict("abnormalBeats", 51_000, 51_500) == .right)
  }
}
