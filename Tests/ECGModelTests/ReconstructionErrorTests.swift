import Testing

@testable import ECGModel

@Suite struct ReconstructionErrorTests {
  private typealias Rule = ModelManifest.ErrorRule

  private func error(
    _ window: [Float], _ reconstruction: [Float], leads: Int = 1,
    _ metric: Rule.Metric = .absolute, _ reduction: Rule.Reduction = .sum, segment: Int = 2
  ) -> ReconstructionError {
    ReconstructionError(
      window: window.span, reconstruction: reconstruction.span, leads: leads,
      rule: Rule(metric: metric, reduction: reduction, limit: nil), segment: segment)
  }

  @Test func theTotalFollowsTheRule() {
    let (x, y): ([Float], [Float]) = ([0, 1, 2, 3], [1, 1, 0, 6])
    #expect(error(x, y).total == 6)
    #expect(error(x, y, .absolute, .mean).total == 1.5)
    #expect(error(x, y, .squared, .sum).total == 14)
    #expect(error(x, y, .squared, .mean).total == 3.5)
    #expect(error(x, y).squaredMean == 3.5)
  }

  @Test func theWorstSegmentIsWhereTheErrorIs() {
    let x = [Float](repeating: 0, count: 8)
    let found = error(x, [0, 1, 0, 0, 3, 2, 0, 1])
    #expect(found.worst == 4..<6)
    #expect(found.worstError == 5)
    #expect(error(x, [1, 1, 0, 1, 1, 0, 0, 0]).worst == 0..<2, "the earliest of equals")
    #expect(error([0, 0], [1, 1], segment: 9).worst == 0..<2)
  }

  @Test func leadsOfASampleAreTakenTogether() {
    let found = error([0, 0, 0, 0, 0, 0], [1, 0, 2, 2, 3, 0], leads: 2, segment: 1)
    #expect(found.worst == 1..<2)
    #expect(found.total == 8)
    var trace: [Float] = [0, 0, 0]
    var span = trace.mutableSpan
    let (window, output): ([Float], [Float]) = ([0, 0, 0, 0, 0, 0], [1, 0, 2, -2, 3, 0])
    ReconstructionError.trace(
      window: window.span, reconstruction: output.span, leads: 2, into: &span)
    #expect(trace == [1, 4, 3])
  }

  @Test func onlyAnErrorGreaterThanTheLimitIsAnomalous() {
    let rule = Rule(metric: .absolute, reduction: .sum, limit: 26)
    #expect(rule.isAnomalous(26) == false)
    #expect(rule.isAnomalous(26.001) == true)
    #expect(rule.isAnomalous(.nan) == true)
    #expect(Rule(metric: .absolute, reduction: .sum, limit: nil).isAnomalous(99) == nil)
  }
}
