import Testing

@testable import ECGModel

@Suite struct ReconstructionErrorTests {
  private typealias Rule = ModelManifest.ErrorRule

  private func value(_ metric: Rule.Metric, _ reduction: Rule.Reduction) -> Double {
    let (x, y): ([Float], [Float]) = ([0, 1, 2, 3], [1, 1, 0, 6])
    return ReconstructionError(window: x.span, reconstruction: y.span)
      .value(Rule(metric: metric, reduction: reduction, limit: nil))
  }

  @Test func theValueFollowsTheRule() {
    #expect(value(.absolute, .sum) == 6)
    #expect(value(.absolute, .mean) == 1.5)
    #expect(value(.squared, .sum) == 14)
    #expect(value(.squared, .mean) == 3.5)
  }

  @Test func theTraceTakesTheLeadsOfASampleTogether() {
    var trace: [Float] = [0, 0, 0]
    var span = trace.mutableSpan
    let (window, output): ([Float], [Float]) = ([0, 0, 0, 0, 0, 0], [1, 0, 2, -2, 3, 0])
    ReconstructionError.trace(
      window: window.span, reconstruction: output.span, leads: 2, into: &span)
    #expect(trace == [1, 4, 3])
  }

  @Test(arguments: [
    ([0, 1, 0, 0, 3, 2, 0, 1] as [Float], 2, 4..<6), ([1, 1, 0, 1, 1], 2, 0..<2),
    ([1, 2], 9, 0..<2), ([0, 0, 5], 1, 2..<3),
  ])
  func theWorstSegmentIsWhereTheErrorIs(trace: [Float], length: Int, worst: Range<Int>) {
    #expect(ReconstructionError.worstSegment(of: trace.span, length: length) == worst)
  }

  @Test func onlyAnErrorGreaterThanTheLimitIsAnomalous() {
    let rule = Rule(metric: .absolute, reduction: .sum, limit: 26)
    #expect(rule.isAnomalous(26) == false)
    #expect(rule.isAnomalous(26.001) == true)
    #expect(rule.isAnomalous(.nan) == true)
    #expect(Rule(metric: .absolute, reduction: .sum, limit: nil).isAnomalous(99) == nil)
  }
}
