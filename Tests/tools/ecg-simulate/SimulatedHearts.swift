import ECGCore
import ECGRecords

/// The patients: recordings in which something happens every few seconds, made once for all seeds.
struct SimulatedHearts {
  struct Heart {
    let rate: SampleRate
    /// Millivolts of one lead.
    let samples: [Float]
  }

  let hearts: [Heart]

  /// Stretches of so many seconds at so many beats a minute, with so many ventricular beats.
  private typealias Stretch = (seconds: Double, bpm: Double, ventricular: Double)

  private static let stories: [(rate: UInt32, stretches: [Stretch])] = [
    (250_000, [(26, 72, 0), (8, 170, 0), (22, 75, 0.3), (12, 31, 0), (30, 70, 0.1)]),
    (128_000, [(30, 62, 0.05), (20, 66, 0.5), (24, 64, 0), (10, 158, 0.2)]),
    (250_000, [(22, 90, 0), (5, 0, 0), (25, 86, 0), (6, 0, 0), (20, 92, 0.2)]),
  ]

  /// The next heart of the same rate.
  func other(than heart: Int) -> Int {
    let rate = hearts[heart].rate
    let turn = (1...hearts.count).map { (heart + $0) % hearts.count }
    return turn.first { hearts[$0].rate == rate }!
  }

  init() {
    hearts = Self.stories.enumerated().map { number, story in
      var samples: [Float] = []
      let rate = SampleRate(millihertz: story.rate)
      for (i, stretch) in story.stretches.enumerated() {
        guard stretch.bpm > 0 else {
          samples += Self.standstill(rate.samples(seconds: stretch.seconds))
          continue
        }
        var parameters = SyntheticParameters(
          seconds: stretch.seconds, seed: UInt64(100 * number + i))
        parameters.sampleRate = rate
        parameters.heartRateBpm = stretch.bpm
        parameters.ventricularShare = stretch.ventricular
        parameters.runContinuation = 0.5
        parameters.quietStartSeconds = 0
        samples += SyntheticECG(parameters).recording.leads[0].samples
      }
      return Heart(rate: rate, samples: samples)
    }
  }

  /// A lead that carries a signal, and no beat.
  private static func standstill(_ count: Int) -> [Float] {
    var random = SeededRandom(seed: 5)
    var wander = 0.0
    return (0..<count).map { _ in
      wander = 0.99 * wander + 0.004 * random.normal()
      return Float(wander + 0.01 * random.normal())
    }
  }
}
