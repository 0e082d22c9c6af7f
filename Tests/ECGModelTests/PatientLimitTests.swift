import Testing

@testable import ECGModel

@Suite struct PatientLimitTests {
  private let rule = PatientLimit.Rule(
    exceedance: 0.05, step: 0.02, margin: 2, start: -1, bounds: 0...5)

  @Test func `a limit settles its margin over the quantile of the patient's normal beats`() {
    var limit = PatientLimit(rule)
    var generator = SystemOfNoise(seed: 3)
    var over = 0
    for i in 0..<6000 {
      let score = Float(generator.next())
      if i >= 3000, score > limit.quantile { over += 1 }
      limit.note(score)
    }
    #expect(abs(limit.quantile - 0.9) < 0.15)
    #expect((80...240).contains(over))
    #expect(abs(limit.limit - 2.9) < 0.15)
  }

  @Test func `a patient whose beats all score high does not silence the alarm`() {
    var limit = PatientLimit(rule)
    for _ in 0..<10_000 { limit.note(12) }
    #expect(limit.limit == 5)
  }

  @Test func `a quiet patient's limit has a floor, and rises again soon`() {
    var limit = PatientLimit(rule)
    for _ in 0..<10_000 { limit.note(-9) }
    #expect(limit.limit == 0)
    for _ in 0..<20 { limit.note(1) }
    #expect(limit.limit > 2)
  }
}

@Suite struct RunEvidenceTests {
  /// Whether each beat belongs to a run.
  private func found(_ excesses: [Float], interval: Int64 = 60) -> [Bool] {
    var run = RunEvidence()
    return excesses.enumerated().map { i, excess in
      run.process(fiducial: Int64(i) * interval, start: Int64(i), excess: excess)
    }
  }

  @Test func `three clearly abnormal beats in a row are a run, at the third`() {
    #expect(found([-4, 5, 5, 5, -4]) == [false, false, false, true, false])
  }

  @Test func `single beats, couplets and a bigeminy are none`() {
    #expect(!found([-3, 9, -3, -3, 9, 9, -3, -3]).contains(true))
    #expect(!found((0..<200).map { $0.isMultiple(of: 2) ? 9 : -3 }).contains(true))
  }

  @Test func `a run survives one beat that looks better`() {
    #expect(found([5, 5, -1, 5]).last == true)
  }

  @Test func `a run does not survive two of them, nor one of the patient's own beats`() {
    #expect(!found([5, 5, -1, -1, 5]).contains(true))
    var run = RunEvidence()
    let beats: [(excess: Float, isOwn: Bool)] = [(5, false), (5, false), (1, true), (5, false)]
    for (i, beat) in beats.enumerated() {
      let isInRun = run.process(
        fiducial: Int64(60 * i), start: 0, excess: beat.excess, isOwn: beat.isOwn)
      #expect(!isInRun)
    }
  }

  @Test func `a misshapen beat after the pause that follows a couplet is no third of a run`() {
    var run = RunEvidence()
    var found: [Bool] = []
    for (i, late) in [false, false, true, false, false].enumerated() {
      found.append(run.process(fiducial: Int64(60 * i), start: 0, excess: 5, isLate: late))
    }
    #expect(found == [false, false, false, false, true])
  }

  @Test func `beats far apart are no run`() {
    #expect(!found([5, 5, 5, 5], interval: 300).contains(true))
  }

  @Test func `a lone beat after a long run is not another`() {
    var run = RunEvidence()
    var fiducial: Int64 = 0
    func next(_ excess: Float) -> Bool {
      fiducial += 80
      return run.process(fiducial: fiducial, start: fiducial, excess: excess)
    }
    for _ in 0..<100 { _ = next(6) }
    for _ in 0..<6 { _ = next(-5) }
    #expect(!next(6))
  }

  @Test func `the onset is the first beat of the run`() {
    var run = RunEvidence()
    for (i, excess) in ([-4, -4, 5, 5, 5] as [Float]).enumerated() {
      _ = run.process(fiducial: Int64(60 * i), start: Int64(i), excess: excess)
    }
    #expect(run.onset == 2)
  }
}
