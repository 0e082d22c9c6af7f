import ECGCore
import Testing

@Suite struct LatencyHistogramTests {
  @Test func anEmptyHistogramHasNoQuantiles() {
    #expect(LatencyHistogram().quantile(0.5) == nil)
  }

  @Test func everyQuantileIsWithinASixteenthOfTheTruth() {
    var histogram = LatencyHistogram()
    let values = (1...10_000).map { UInt64($0) * UInt64($0) }
    for value in values { histogram.record(nanoseconds: value) }
    for q in [0.01, 0.5, 0.9, 0.99, 0.999, 1] {
      let truth = Double(values[Int((q * 10_000).rounded(.up)) - 1])
      let found = Double(histogram.quantile(q)!)
      #expect(found >= truth)
      #expect(found <= truth * (1 + 1.0 / 16) + 1)
    }
  }

  @Test func whatIsCountedUpToABoundMissesASixteenthAtMost() {
    var histogram = LatencyHistogram()
    for value in UInt64(1)...10_000 { histogram.record(nanoseconds: value * 1000) }
    for bound in [UInt64(10_000), 500_000, 5_000_000, 9_999_999] {
      let truth = Double(bound / 1000)
      let counted = Double(histogram.count(upToNanoseconds: bound))
      #expect(counted <= truth && counted >= truth * 15 / 16 - 1)
    }
    #expect(histogram.count(upToNanoseconds: 20_000_000) == 10_000)
    #expect(histogram.totalNanoseconds == 50_005_000_000)
  }

  @Test func addingIsRecordingInBoth() {
    var a = LatencyHistogram()
    var b = LatencyHistogram()
    a.record(nanoseconds: 5)
    b.record(nanoseconds: 1_000_000)
    a.add(b)
    #expect(a.count == 2)
    #expect(a.maximumNanoseconds == 1_000_000)
    #expect(a.totalNanoseconds == 1_000_005)
    #expect(a.quantile(0.5) == 5)
  }

  @Test func hoursDoNotOverflowTheBuckets() {
    var histogram = LatencyHistogram()
    histogram.record(nanoseconds: .max)
    #expect(histogram.quantile(1) != nil)
  }
}
