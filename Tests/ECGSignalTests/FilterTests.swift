import CAllocationCounter
import ECGSignal
import Testing

@Suite struct FilterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: String
    let order: Int
    let cutoffHz: Double
    let rateHz: Double
    var sections: [BiquadCoefficients] {
      switch kind {
      case "highpass": Butterworth.highPass(order: order, cutoffHz: cutoffHz, rateHz: rateHz)
      case "lowpass": Butterworth.lowPass(order: order, cutoffHz: cutoffHz, rateHz: rateHz)
      default:
        [MainsNotch.section(frequencyHz: cutoffHz, rateHz: rateHz, quality: Double(order))]
      }
    }
    var testDescription: String { "\(kind) \(order) \(cutoffHz) \(rateHz)" }
  }

  static let cases: [(String, Case)] = Golden.filters.keys
    .filter { $0.hasPrefix("poles:") }.sorted()
    .map { key in
      let w = key.split(separator: ":")
      return (
        w.dropFirst().joined(separator: ":"),
        Case(kind: String(w[1]), order: Int(w[2])!, cutoffHz: Double(w[3])!, rateHz: Double(w[4])!)
      )
    }

  @Test func thereAreVectorsOfEveryKind() {
    #expect(Self.cases.count == 13)
    #expect(Set(Self.cases.map(\.1.kind)) == ["highpass", "lowpass", "notch"])
  }

  @Test(arguments: cases) func denominatorsAreScipys(name: String, filter: Case) {
    // scipy has its own order of sections.
    let have = (filter.sections.map(\.a1) + filter.sections.map(\.a2)).sorted()
    let want = Golden.filters["poles:" + name]!
    #expect(largestDifference(have, want) < 1e-9)
  }

  @Test(arguments: cases) func outputsFromRestAreScipys(name: String, filter: Case) {
    var cascade = BiquadCascade(filter.sections)
    let want = Golden.filters["rest:" + name]!
    let have = Golden.signal(count: want.count, rateHz: filter.rateHz)
      .map { cascade.process(Double($0)) }
    #expect(largestDifference(have, want) < 1e-6)
  }

  @Test(arguments: cases) func primedOutputsAreScipys(name: String, filter: Case) {
    var cascade = BiquadCascade(filter.sections)
    let want = Golden.filters["primed:" + name]!
    let input = Golden.signal(count: want.count, rateHz: filter.rateHz)
    cascade.prime(at: Double(input[0]))
    #expect(largestDifference(input.map { cascade.process(Double($0)) }, want) < 1e-6)
  }

  @Test(arguments: cases) func aPrimedFilterStaysWhereItIs(name: String, filter: Case) {
    var cascade = BiquadCascade(filter.sections)
    let level = cascade.prime(at: 3.25)
    for _ in 0..<1000 { #expect(abs(cascade.process(3.25) - level) < 1e-9) }
  }

  @Test func resetForgetsEverything() {
    let sections = Butterworth.lowPass(order: 4, cutoffHz: 40, rateHz: 128)
    var used = BiquadCascade(sections)
    for i in 0..<50 { _ = used.process(Double(i)) }
    used.reset()
    var fresh = BiquadCascade(sections)
    for i in 0..<50 { #expect(used.process(Double(i % 7)) == fresh.process(Double(i % 7))) }
  }

  @Test(arguments: 1...8) func theGainAtTheCutoffIsTheSquareRootOfAHalf(order: Int) {
    for sections in [
      Butterworth.lowPass(order: order, cutoffHz: 30, rateHz: 250),
      Butterworth.highPass(order: order, cutoffHz: 30, rateHz: 250),
    ] {
      let response = FrequencyResponse(of: sections, frequencyHz: 30, rateHz: 250)
      #expect(abs(response.gain - 0.5.squareRoot()) < 1e-9)
    }
  }

  @Test func theGroupDelayIsWhereTheMiddleOfASlowPulseComesOut() {
    let sections = Butterworth.lowPass(order: 2, cutoffHz: 40, rateHz: 128)
    var cascade = BiquadCascade(sections)
    var weight = 0.0
    var moment = 0.0
    for i in 0..<500 {
      let y = cascade.process(i == 0 ? 1 : 0)
      weight += y
      moment += y * Double(i)
    }
    let delay = FrequencyResponse(of: sections, frequencyHz: 0, rateHz: 128).delaySamples
    #expect(abs(moment / weight - delay) < 1e-9)
  }

  @Test func aFilterAllocatesNothing() {
    var cascade = BiquadCascade(Butterworth.lowPass(order: 8, cutoffHz: 40, rateHz: 128))
    var signal = Golden.signal(count: 500, rateHz: 128)
    var span = signal.mutableSpan
    cascade.process(&span)  // the runtime may allocate for a type's first use
    let before = allocation_count()
    cascade.prime(at: 1)
    cascade.process(&span)
    cascade.reset()
    let after = allocation_count()
    #expect(after == before)
  }
}
