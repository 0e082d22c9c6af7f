import Glibc
import Testing

@testable import ECGModel

@Suite struct PatientRhythmTests {
  /// The timings of beats at the given intervals; the first has none before it.
  private func timings(_ intervals: [Int]) -> [BeatTiming] {
    var rhythm = BeatRhythm()
    var fiducial: Int64 = 500
    return intervals.map { interval in
      let timing = rhythm.process(beatAt: fiducial)
      fiducial += Int64(interval)
      return timing
    }
  }

  @Test func `a steady rhythm is on time`() {
    for timing in timings([Int](repeating: 100, count: 30)) {
      #expect(timing.before == 0)
      #expect(timing.medianInterval == 100)
    }
  }

  @Test func `a premature beat is early, the pause behind it late, and the next beat remembers`() {
    let intervals = [Int](repeating: 100, count: 20) + [60, 140, 100, 100]
    let all = timings(intervals)
    let ectopic = all[21]
    #expect(abs(ectopic.before - logf(0.6)) < 1e-6)
    #expect(abs(ectopic.change - logf(0.6)) < 1e-6)
    #expect(abs(all[22].before - logf(1.4)) < 1e-6)
    #expect(abs(all[22].previousBefore - ectopic.before) < 1e-6)
  }

  @Test func `irregularity tells atrial fibrillation from sinus rhythm`() {
    var generator = SystemOfNoise(seed: 1)
    let wild = timings((0..<60).map { _ in 80 + Int(35 * generator.next()) })
    let calm = timings((0..<60).map { _ in 80 + Int(2 * generator.next()) })
    #expect(wild.last!.irregularity > 0.1)
    #expect(calm.last!.irregularity < 0.03)
  }

  @Test func `a trigeminy is irregular but foreseeable, atrial fibrillation is neither`() {
    var generator = SystemOfNoise(seed: 2)
    let trigeminy = timings((0..<60).map { [100, 65, 135][$0 % 3] + Int(2 * generator.next()) })
    let wild = timings((0..<60).map { _ in 80 + Int(35 * generator.next()) })
    #expect(trigeminy.last!.irregularity > 0.2)
    #expect(trigeminy.last!.unpredictability < 0.03)
    #expect(wild.last!.unpredictability > 0.03)
  }

  @Test func `the rank of an interval is the part of the recent ones that were shorter`() {
    let all = timings([Int](repeating: 100, count: 40) + [60, 140, 80, 100])
    #expect(all[41].rank == 0)
    #expect(all[42].rank == 1)
    #expect(abs(all[43].rank - 1.0 / 30) < 1e-6)
  }

  @Test func `a run of early beats is on time for its neighbours and early for the patient`() {
    let all = timings([Int](repeating: 100, count: 130) + [Int](repeating: 65, count: 30))
    let late = all[150]
    #expect(late.before == 0)
    #expect(abs(late.beforeUsual - logf(0.65)) < 1e-6)
    var features = BeatFeatures()
    features.take(late)
    #expect(features[.prematurity] == 0)
    #expect(abs(features[.earliness] - (-logf(0.65) - 0.05)) < 1e-5)
    #expect(features[.relativeEarliness] == 8)
  }

  @Test func `no interval reaches across a gap`() {
    var rhythm = BeatRhythm()
    for i in 0..<20 { _ = rhythm.process(beatAt: 100 * Int64(i)) }
    rhythm.breakOff()
    let timing = rhythm.process(beatAt: 90_000)
    #expect(timing.before == 0)
    #expect(timing.medianInterval == 100)
  }

  @Test func `the recent median is that of the sorted latest numbers`() {
    var generator = SystemOfNoise(seed: 5)
    var recent = RecentMedian(capacity: 7)
    var all: [Float] = []
    for _ in 0..<200 {
      let number = Float((10 * generator.next()).rounded())
      recent.append(number)
      all.append(number)
      let latest = all.suffix(7).sorted()
      let expected = (latest[(latest.count - 1) / 2] + latest[latest.count / 2]) / 2
      #expect(recent.median == expected)
    }
  }
}
