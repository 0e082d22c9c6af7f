import ECGCore
import Testing

@testable import ECGRecords

struct BeatMatchTests {
  func beats(_ samples: [Int64], _ classes: String = "") -> [Beat] {
    let letters = Array(classes)
    return samples.enumerated().map { i, sample in
      Beat(sample: sample, beatClass: i < letters.count ? BeatClass(letter: letters[i])! : .normal)
    }
  }

  @Test func `a pair lies within the window, its edge included`() {
    let match = BeatMatch(reference: beats([100, 300]), detected: beats([154, 355]), window: 54)
    #expect(match.pairs.map(\.reference) == [0])
    #expect(match.missed == [1])
    #expect(match.extra == [1])
  }

  @Test func `each beat is paired once, with the nearer partner`() {
    let doubled = BeatMatch(reference: beats([100]), detected: beats([80, 101]), window: 54)
    #expect(doubled.pairs.elementsEqual([(0, 1)], by: ==) && doubled.extra == [0])
    let close = BeatMatch(reference: beats([100, 140]), detected: beats([138]), window: 54)
    #expect(close.pairs.elementsEqual([(1, 0)], by: ==) && close.missed == [0])
    // The second detected beat is nearer to the first reference beat, but belongs to the second.
    let both = BeatMatch(reference: beats([100, 150]), detected: beats([60, 139]), window: 54)
    #expect(both.pairs.elementsEqual([(0, 0), (1, 1)], by: ==))
  }

  @Test func `the learning period is not scored`() {
    let rate = SampleRate(millihertz: 100_000)
    let reference = beats([10, 29_999, 30_000, 30_100])
    let match = BeatMatch(
      reference: reference, detected: beats([20_000, 30_001, 30_200]), sampleRate: rate)
    #expect(match.pairs.isEmpty == false)
    #expect(match.counts.truePositives + match.counts.falseNegatives == 2)
    #expect(match.counts.falsePositives == 1)
    let all = BeatMatch(
      reference: reference, detected: [], sampleRate: rate, excludingLearning: false)
    #expect(all.missed == [0, 1, 2, 3])
  }

  @Test func `figures are counted by class, and counts of records add up`() {
    let match = BeatMatch(
      reference: beats([100, 200, 300, 400, 500], "NVVSN"),
      detected: beats([100, 200, 300, 500, 600], "NVNNV"), window: 10)
    let counts = match.counts
    #expect(counts.pairs(reference: .ventricular, detected: .normal) == 1)
    #expect(counts.missed(.supraventricular) == 1)
    #expect(counts.extra(.ventricular) == 1)
    #expect(counts.sensitivity == 0.8)
    #expect(counts.positivePredictivity == 0.8)
    #expect(counts.detectionSensitivity(.ventricular) == 1)
    #expect(counts.classSensitivity(.ventricular) == 0.5)
    #expect(counts.classPositivePredictivity(.ventricular) == 0.5)
    #expect(counts.classSensitivity(.fusion) == nil)
    let sum = counts + counts
    #expect(sum.truePositives == 8 && sum.falseNegatives == 2 && sum.falsePositives == 2)
  }

  @Test func `every beat is counted once, whatever the beats`() {
    var random = SeededRandom(seed: 21)
    for _ in 0..<200 {
      let a = (0..<60).map { _ in Int64(random.index(below: 3000)) }.sorted()
      let b = (0..<60).map { _ in Int64(random.index(below: 3000)) }.sorted()
      let match = BeatMatch(reference: beats(a), detected: beats(b), window: 30)
      #expect(Set(match.pairs.map(\.reference) + match.missed) == Set(a.indices))
      #expect(Set(match.pairs.map(\.detected) + match.extra) == Set(b.indices))
      #expect(match.pairs.count + match.missed.count == a.count)
      #expect(match.pairs.count + match.extra.count == b.count)
      #expect(match.pairs.allSatisfy { abs(a[$0.reference] - b[$0.detected]) <= 30 })
    }
  }
}
