import CAllocationCounter
import Foundation
import Testing

@testable import ECGModel

@Suite struct RhythmIrregularityTests {
  /// The state after each beat at the given intervals.
  private func states(
    _ intervals: [Int], similarity: (Int) -> Float = { _ in 0.98 }
  ) -> [Bool] {
    var rhythm = RhythmIrregularity()
    var fiducial: Int64 = 0
    return intervals.enumerated().map { i, interval in
      fiducial += Int64(interval)
      rhythm.process(fiducial: fiducial, similarity: similarity(i), place: fiducial)
      return rhythm.isIrregular
    }
  }

  private func wild(_ count: Int, seed: UInt64 = 1) -> [Int] {
    var generator = SystemOfNoise(seed: seed)
    return (0..<count).map { _ in 85 + Int(35 * generator.next()) }
  }

  private func sinus(_ count: Int, seed: UInt64 = 2) -> [Int] {
    var generator = SystemOfNoise(seed: seed)
    // Respiration moves the interval by some percent.
    return (0..<count).map { 100 + Int(4 * generator.next()) + [0, 2, 4, 5, 4, 2][$0 % 6] }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `intervals without order are found within sixty beats`(seed: UInt64) {
    let all = states(sinus(100) + wild(200, seed: seed))
    #expect(!all[..<100].contains(true))
    let onset = all.firstIndex(of: true)!
    #expect((110...165).contains(onset))
    #expect(!all[180...].contains(false))
  }

  @Test(arguments: [true, false])
  func `the entropy is what its definition says`(isWild: Bool) throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let intervals = isWild ? wild(48, seed: seed) : sinus(48, seed: seed)
      var rhythm = RhythmIrregularity()
      var fiducial: Int64 = 0
      for interval in [0] + intervals {
        fiducial += Int64(interval)
        rhythm.process(fiducial: fiducial, similarity: 1, place: fiducial)
      }
      let entropy = try #require(rhythm.entropy)
      #expect(abs(entropy - Self.entropy(intervals)) < 1e-5)
    }
  }

  /// Of Lake and Moorman's coefficient, pair by pair.
  private static func entropy(_ intervals: [Int]) -> Float {
    func pairs(_ tolerance: Double) -> (first: Double, both: Double) {
      var (first, both) = (0.0, 0.0)
      for i in 0..<47 {
        for j in (i + 1)..<47 where Double(abs(intervals[i] - intervals[j])) <= tolerance {
          first += 1
          if Double(abs(intervals[i + 1] - intervals[j + 1])) <= tolerance { both += 1 }
        }
      }
      return (first, both)
    }
    var tolerance = 3.84
    while pairs(tolerance).both < 5, tolerance <= 64 { tolerance *= 1.5 }
    let (first, both) = pairs(tolerance)
    let mean = Double(intervals.reduce(0, +)) / 48
    return Float(-log(max(both, 0.5) / max(first, 1)) + log(2 * tolerance) - log(mean))
  }

  @Test func `order that returns ends the state`() {
    let all = states(wild(150) + sinus(120))
    #expect(all[149])
    #expect(!all[269])
  }

  @Test(arguments: [[100, 65, 135], [65, 135], [100, 100, 60, 140]])
  func `a bigeminy, a trigeminy and a quadrigeminy have an order`(cycle: [Int]) {
    var generator = SystemOfNoise(seed: 4)
    let all = states((0..<400).map { cycle[$0 % cycle.count] + Int(3 * generator.next()) })
    #expect(!all.contains(true))
  }

  @Test func `ventricular beats now and then are left out`() {
    var generator = SystemOfNoise(seed: 6)
    var isEctopic = [Bool]()
    var intervals = [Int]()
    while intervals.count < 400 {
      let ectopic = generator.next() > 0.6
      isEctopic += ectopic ? [true, false] : [false]
      // Early by any amount, the pause behind it as well.
      intervals +=
        ectopic ? [50 + Int(20 * generator.next()), 130 + Int(25 * generator.next())] : [100]
    }
    let kept = isEctopic
    #expect(!states(intervals, similarity: { kept[$0] ? 0.1 : 0.98 }).contains(true))
  }

  @Test func `no interval reaches across a break`() {
    var rhythm = RhythmIrregularity()
    for i in 1...60 { rhythm.process(fiducial: Int64(100 * i), similarity: 1, place: 0) }
    let before = rhythm.entropy
    rhythm.breakOff()
    rhythm.process(fiducial: 6137, similarity: 1, place: 0)
    #expect(rhythm.entropy == before)
  }

  @Test func `the onset is where the beats lie that spoke for it`() {
    var rhythm = RhythmIrregularity()
    var fiducial: Int64 = 0
    var count = 0
    for interval in wild(120) where !rhythm.isIrregular {
      fiducial += Int64(interval)
      count += 1
      rhythm.process(fiducial: fiducial, similarity: 1, place: Int64(count))
    }
    #expect(rhythm.isIrregular)
    #expect(rhythm.onset == Int64(count - RhythmIrregularity.intervalCount + 1))
  }

  @Test func `a rhythm costs no allocation`() {
    var rhythm = RhythmIrregularity()
    let intervals = wild(300)
    var fiducial: Int64 = 0
    var allocations: [UInt64] = [0, 0]
    // The runtime allocates for itself when code runs for the first time.
    for round in 0..<2 {
      let before = allocation_count()
      for i in 0..<intervals.count {
        fiducial += Int64(intervals[i])
        rhythm.process(fiducial: fiducial, similarity: 0.9, place: fiducial)
      }
      allocations[round] = allocation_count() - before
    }
    #expect(allocations[1] == 0)
    #expect(rhythm.isIrregular)
  }
}
