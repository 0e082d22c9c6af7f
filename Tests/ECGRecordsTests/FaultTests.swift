import ECGCore
import Testing

@testable import ECGRecords

struct FaultTests {
  func play(_ plan: FaultPlan, count: Int, stream: UInt64 = 0) -> ([Int], FaultInjector<Int>.Counts)
  {
    var injector = FaultInjector<Int>(plan, stream: stream)
    var out: [Int] = []
    for packet in 0..<count { injector.offer(packet) { out.append($0) } }
    injector.finish { out.append($0) }
    return (out, injector.counts)
  }

  @Test func `a plan without faults changes nothing`() {
    let (out, counts) = play(FaultPlan(seed: 3), count: 50)
    #expect(out == Array(0..<50))
    #expect(counts.sent == 50 && counts.offered == 50)
  }

  @Test func `every packet is accounted for`() {
    let plan = FaultPlan(
      dropProbability: 0.1, duplicateProbability: 0.05, reorderProbability: 0.1, seed: 8)
    let (out, counts) = play(plan, count: 5000)
    #expect(out.count == counts.sent)
    #expect(counts.sent == counts.offered - counts.dropped + counts.duplicated)
    #expect(Set(out).count == counts.offered - counts.dropped)
    #expect((400...600).contains(counts.dropped))
    #expect((150...350).contains(counts.duplicated))
    #expect((330...570).contains(counts.reordered))
    // What was held back comes after a later packet, and not long after.
    var highest = -1
    var late = 0
    for packet in out {
      if packet < highest { late += 1 }
      highest = max(highest, packet)
    }
    #expect(late >= counts.reordered)
    #expect(out == play(plan, count: 5000).0)
    #expect(out != play(plan, count: 5000, stream: 1).0)
  }

  @Test func `certain faults are certain`() {
    #expect(play(FaultPlan(dropProbability: 1), count: 10).0.isEmpty)
    #expect(play(FaultPlan(duplicateProbability: 1), count: 3).0 == [0, 0, 1, 1, 2, 2])
  }

  @Test func `a lead that is off is missing, flat or at the rail for its time`() {
    let plan = FaultPlan(leadOff: [
      .init(start: 2, length: 2, lead: 1), .init(start: 4, length: 1, signal: .flat),
      .init(start: 5, length: 9, lead: 0, signal: .rail),
    ])
    var first: [Float] = [1, 1, 1, 1, 1, 1]
    var second = first
    plan.apply(to: &first, lead: 0, firstSample: SampleNumber(0))
    plan.apply(to: &second, lead: 1, firstSample: SampleNumber(0))
    #expect(first == [1, 1, 1, 1, 0, FaultPlan.railMillivolts])
    #expect(
      second[2].isNaN && second[3].isNaN && second[1] == 1 && second[4] == 0 && second[5] == 1)
  }

  @Test func `the device clock drifts against the samples`() {
    let rate = SampleRate(millihertz: 360_000)
    let day = SampleNumber(360 * 86_400)
    let exact = FaultPlan().deviceTimeNs(start: 5, sample: day, rate: rate)
    #expect(exact == 5 + 86_400_000_000_000)
    let fast = FaultPlan(clockDriftPartsPerMillion: 50).deviceTimeNs(
      start: 5, sample: day, rate: rate)
    #expect(fast - exact == 4_320_000_000)
    #expect(FaultPlan().deviceTimeNs(start: 0, sample: SampleNumber(1), rate: rate) == 2_777_777)
  }
}
