import CAllocationCounter
import ECGCore
import ECGSignal
import Foundation
import Testing

@Suite struct ConditionerTests {
  static func plan(_ hertz: Double, notchHz: Double? = 50) -> ConditionerPlan {
    ConditionerPlan(
      inputRate: SampleRate(hertz: hertz)!, outputRate: SampleRate(hertz: 128)!,
      notchHz: notchHz)
  }

  /// Bit patterns, so that NaN equals NaN.
  static func run(_ conditioner: inout Conditioner, _ input: [Float], block: Int) -> [[UInt32]] {
    let most = conditioner.maximumOutputs(forInputs: block)
    var filtered = [Float](repeating: 0, count: most)
    var unfiltered = filtered
    var result: [[UInt32]] = [[], []]
    var start = 0
    while start < input.count {
      let end = min(input.count, start + block)
      var f = filtered.mutableSpan
      var u = unfiltered.mutableSpan
      let made = conditioner.process(input.span.extracting(start..<end), into: &f, unfiltered: &u)
      result[0] += filtered[0..<made].map(\.bitPattern)
      result[1] += unfiltered[0..<made].map(\.bitPattern)
      start = end
    }
    return result
  }

  static func floats(_ bits: [UInt32]) -> [Float] { bits.map { Float(bitPattern: $0) } }

  static func holed(_ hertz: Double, count: Int = 5000) -> [Float] {
    var x = Golden.signal(count: count, rateHz: hertz)
    for i in [0, 1, 700, 701, 2500] { x[i] = .nan }
    for i in 1000..<1900 { x[i] = .nan }
    for i in 3000..<3030 { x[i] = .infinity }
    return x
  }

  @Test(arguments: [128.0, 250, 360, 500, 1000, 360.001])
  func resultsDoNotDependOnTheBlockSize(hertz: Double) throws {
    var conditioner = Conditioner(try ConditionerDesign(Self.plan(hertz)))
    let input = Self.holed(hertz)
    let whole = Self.run(&conditioner, input, block: input.count)
    for block in [1, 37, 64, 500] {
      conditioner.reset()
      #expect(Self.run(&conditioner, input, block: block) == whole)
    }
  }

  @Test(arguments: [128.0, 250, 360, 1000])
  func theFilteredSignalIsFiniteAndTheUnfilteredOneShowsWhatIsMissing(hertz: Double) throws {
    let design = try ConditionerDesign(Self.plan(hertz))
    var conditioner = Conditioner(design)
    let input = Self.holed(hertz)
    let out = Self.run(&conditioner, input, block: 100)
    #expect(Self.floats(out[0]).allSatisfy { $0.isFinite })
    for (m, value) in Self.floats(out[1]).enumerated() {
      let nearest = input[Int(design.inputPosition(ofOutput: Int64(m)))]
      #expect(value.isFinite == nearest.isFinite, "output \(m)")
    }
  }

  @Test func aConstantOffsetLeavesNoTransient() throws {
    var conditioner = Conditioner(try ConditionerDesign(Self.plan(250)))
    let out = Self.run(&conditioner, [Float](repeating: 300, count: 1000), block: 50)
    #expect(Self.floats(out[0]).allSatisfy { abs($0) < 1e-3 })
  }

  @Test func afterALongGapANewOffsetLeavesNoTransient() throws {
    var conditioner = Conditioner(try ConditionerDesign(Self.plan(250)))
    let input =
      [Float](repeating: 1, count: 500) + [Float](repeating: .nan, count: 200)
      + [Float](repeating: -40, count: 500)
    let out = Self.run(&conditioner, input, block: 64)
    #expect(Self.floats(out[0]).allSatisfy { abs($0) < 1e-3 })
  }

  @Test func theGainFollowsTheFiltersOfThePlan() throws {
    let design = try ConditionerDesign(Self.plan(500))
    for (hertz, least, most) in [
      (0.05, 0.0, 0.02), (0.5, 0.68, 0.73), (10.0, 0.99, 1.01), (40.0, 0.66, 0.74),
      (50.0, 0.0, 0.01), (150.0, 0.0, 0.001),
    ] {
      var conditioner = Conditioner(design)
      let input = (0..<40_000).map { Float(sin(2 * .pi * hertz * Double($0) / 500)) }
      let out = Self.floats(Self.run(&conditioner, input, block: 500)[0])
      let peak = Double(out.dropFirst(out.count / 2).map(abs).max()!)
      #expect(peak >= least && peak <= most, "\(hertz) Hz: \(peak)")
    }
  }

  @Test func theStatedShiftIsWhereAPulseComesOut() throws {
    let design = try ConditionerDesign(Self.plan(500, notchHz: nil))
    var conditioner = Conditioner(design)
    // A pulse of 10 Hz under a bell, centred on sample 1000.
    let input = (0..<2000).map { i -> Float in
      let t = Double(i - 1000) / 500
      return Float(cos(2 * .pi * 10 * t) * exp(-t * t / 0.02))
    }
    let out = Self.floats(Self.run(&conditioner, input, block: 500)[0])
    // The middle of its energy.
    var weight = 0.0
    var moment = 0.0
    for (m, value) in out.enumerated() {
      weight += Double(value * value)
      moment += Double(value * value) * Double(m) * 500 / 128
    }
    let shift = moment / weight - 1000
    #expect(abs(shift - design.shiftInputSamples(atHz: 10)) < 0.5)
    #expect(
      design.totalDelayInputSamples(atHz: 10)
        == Double(design.delayInputSamples) + design.shiftInputSamples(atHz: 10))
  }

  @Test func impossiblePlansAreRefusedWithTheFieldAndTheLimit() {
    var plan = Self.plan(100)
    #expect(throws: ConditionerPlanError.notchHz(50, expectedBelowHz: 50)) {
      try ConditionerDesign(plan)
    }
    plan.notchHz = nil
    plan.lowPass = .init(hertz: 64, order: 2)
    #expect(throws: ConditionerPlanError.lowPassHz(64, expectedBelowHz: 64)) {
      try ConditionerDesign(plan)
    }
    plan.lowPass = nil
    plan.highPass = .init(hertz: 1, order: 9)
    #expect(throws: ConditionerPlanError.highPassOrder(9, expected: 1...8)) {
      try ConditionerDesign(plan)
    }
    plan.highPass = nil
    plan.inputRate = SampleRate(millihertz: 49_999)
    #expect(throws: (any Error).self) { try ConditionerDesign(plan) }
  }

  @Test(arguments: [128.0, 250, 360.001]) func aConditionerAllocatesNothing(hertz: Double) throws {
    var conditioner = Conditioner(try ConditionerDesign(Self.plan(hertz)))
    let input = Self.holed(hertz)
    var filtered = [Float](repeating: 0, count: 5100)
    var unfiltered = filtered
    var f = filtered.mutableSpan
    var u = unfiltered.mutableSpan
    _ = conditioner.process(input.span, into: &f, unfiltered: &u)
    conditioner.reset()
    let before = allocation_count()
    for _ in 0..<2 {
      _ = conditioner.process(input.span, into: &f, unfiltered: &u)
      conditioner.reset()
    }
    let after = allocation_count()
    #expect(after == before)
  }
}
