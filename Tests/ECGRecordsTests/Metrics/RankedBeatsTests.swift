import Testing

@testable import ECGRecords

struct RankedBeatsTests {
  static func beats(_ labels: String, _ scores: [Double]) -> [ScoredBeat] {
    zip(labels, scores).map { letter, score in
      let label = letter == "O" ? .extra : ScoredBeat.Label(BeatClass(letter: letter)!)!
      return ScoredBeat(score: score, label: label)
    }
  }

  static func isClose(_ a: Double?, _ b: Double) -> Bool { abs((a ?? .infinity) - b) < 1e-12 }

  static func areClose(_ a: [Double], _ b: [Double]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { isClose($0, $1) }
  }

  @Test func `five beats by hand`() throws {
    // From high to low: V N|V (tied) O S.
    let ranking = RankedBeats([Self.beats("VNVOS", [9, 5, 5, 3, 1])])
    let figures = ranking.figures()
    // Of six pairs V beats both, the tied V one and a half, S none.
    #expect(Self.isClose(figures[.area], 3.5 / 6))
    // Against N alone: V one and a half of two pairs.
    #expect(Self.isClose(figures[.ventricularArea], 1.5 / 2))
    #expect(figures[.supraventricularArea] == 0)
    // Precision 1/1 at the first, 2/3 at the tied ones, 3/5 at the last abnormal beat.
    let precisions: [Double] = [1, 2.0 / 3, 3.0 / 5]
    #expect(Self.isClose(figures[.averagePrecision], precisions.reduce(0, +) / 3))
    // Between the negatives 3 and 5, 99 hundredths of the way.
    #expect(Self.isClose(ranking.limit(), 4.98))
    #expect(figures[.ventricularAt99] == 1)
    #expect(figures[.supraventricularAt99] == 0)
    #expect(figures[.fusionAt99] == nil && figures[.fusionArea] == nil)
    // Too few beats for an area of the record's own.
    #expect(figures[.meanRecordArea] == nil)
  }

  @Test func `a beat that was never judged ranks below all`() {
    let ranking = RankedBeats([
      Self.beats("NNVV", [0.1, 0.2, 0.3, ScoredBeat.lowestScore])
    ])
    #expect(ranking.figures()[.area] == 0.5)
    #expect(ranking.figures()[.ventricularAt99] == 0.5)
  }

  @Test func `figures are scikit-learn's, ties and absent classes included`() {
    let ranking = RankedBeats(zip(MetricVectors.labels, MetricVectors.scores).map(Self.beats))
    #expect(Self.isClose(ranking.limit(), MetricVectors.limit))
    for figure in DetectionFigure.allCases {
      let expected = MetricVectors.figures[figure.rawValue]
      #expect(Self.isClose(ranking.figures()[figure], expected), "\(figure)")
    }
  }

  @Test func `a record drawn twice counts as two records, one not drawn as none`() {
    let ranking = RankedBeats(zip(MetricVectors.labels, MetricVectors.scores).map(Self.beats))
    let figures = ranking.figures(drawn: MetricVectors.drawn)
    #expect(Self.isClose(ranking.limit(drawn: MetricVectors.drawn), MetricVectors.drawnLimit))
    for figure in DetectionFigure.allCases {
      let expected = MetricVectors.drawnFigures[figure.rawValue]
      #expect(Self.isClose(figures[figure], expected), "\(figure)")
    }
  }

  @Test func `the ROC curve is scikit-learn's, and thinned it stays on it`() {
    let ranking = RankedBeats(zip(MetricVectors.labels, MetricVectors.scores).map(Self.beats))
    let curve = ranking.curve(atMost: 1_000_000)
    let rates = curve.map(\.falsePositiveRate)
    let sensitivities = curve.map(\.sensitivity)
    #expect(Self.areClose(rates, MetricVectors.rocFalsePositiveRates))
    #expect(Self.areClose(sensitivities, MetricVectors.rocSensitivities))
    let thin = ranking.curve(atMost: 20)
    #expect(thin.count < curve.count && thin.allSatisfy(curve.contains))
    #expect(thin.last == curve.last)
    #expect(thin.last?.sensitivity == 1 && thin.last?.falsePositiveRate == 1)
  }

  @Test func `without abnormal beats, or without beats, nothing can be measured`() {
    let normal = RankedBeats([Self.beats("NNNNNO", [1, 2, 3, 4, 5, 6])])
    #expect(normal.figures() == DetectionFigures())
    #expect(normal.curve().isEmpty)
    #expect(RankedBeats([[]]).figures() == DetectionFigures())
    #expect(RankedBeats([]).limit() == nil)
  }
}

struct BootstrapTests {
  @Test func `quantiles are NumPy's`() {
    for (share, expected) in zip(MetricVectors.shares, MetricVectors.quantiles) {
      let found = Quantile.of(MetricVectors.values + [.nan], share)
      #expect(RankedBeatsTests.isClose(found, expected))
    }
    #expect(Quantile.of([.nan], 0.5) == nil)
  }

  @Test func `each draw has as many patients as there are, and the seed decides which`() {
    let bootstrap = Bootstrap(patients: Array(0..<9), draws: 50, seed: 3)
    #expect(bootstrap.draws.count == 50)
    #expect(bootstrap.draws.allSatisfy { $0.reduce(0, +) == 9 })
    #expect(Bootstrap(patients: Array(0..<9), draws: 50, seed: 3).draws == bootstrap.draws)
    #expect(Bootstrap(patients: Array(0..<9), draws: 50, seed: 4).draws != bootstrap.draws)
  }

  @Test func `records of one patient are drawn together`() {
    let bootstrap = Bootstrap(patients: [0, 1, 1, 2], draws: 50)
    #expect(bootstrap.draws.allSatisfy { $0[1] == $0[2] })
  }

  @Test func `an interval holds what the draws give, and one patient has none`() {
    let values = [0.0, 1, 2, 3, 4]
    let bootstrap = Bootstrap(patients: Array(0..<5), draws: 2000, seed: 1)
    let intervals = bootstrap.intervals { drawn -> [Double?] in
      var sum = 0.0
      for (value, times) in zip(values, drawn) { sum += value * Double(times) }
      return [sum / 5, nil]
    }
    // The mean's standard error is sqrt(2 / 5) = 0.63; 1.96 of them either side of 2.
    #expect(abs(intervals[0]!.low - 0.76) < 0.25)
    #expect(abs(intervals[0]!.high - 3.24) < 0.25)
    #expect(intervals[1] == nil)
    #expect(Bootstrap(patients: [0]).intervals { _ in [1] }.isEmpty)
  }
}
