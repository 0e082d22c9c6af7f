#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The stretches of a synthetic ECG that are disturbed: noise, and leads that are off.
struct SyntheticEpisodes {
  enum Kind { case noise, leadOff }

  struct Episode {
    var kind: Kind
    var start: Double
    var end: Double
    var lead: Int
  }

  private(set) var episodes: [Episode] = []

  private static let noiseSeconds = (least: 3.0, span: 5.0)
  private static let leadOffSeconds = (least: 2.0, span: 4.0)

  init(_ parameters: SyntheticParameters, leadCount: Int, _ random: inout SeededRandom) {
    for (kind, rate, length) in [
      (Kind.noise, parameters.noiseEpisodesPerMinute, Self.noiseSeconds),
      (Kind.leadOff, parameters.leadOffEpisodesPerMinute, Self.leadOffSeconds),
    ] where rate > 0 {
      var time = parameters.quietStartSeconds
      while true {
        // Intervals of a Poisson process.
        time += -log(1 - random.uniform()) * 60 / rate
        let end = time + length.least + length.span * random.uniform()
        if end >= parameters.seconds { break }
        let lead = random.index(below: leadCount)
        episodes.append(.init(kind: kind, start: time, end: end, lead: lead))
        time = end
      }
    }
    episodes.sort { $0.start < $1.start }
  }

  /// Adds the noise to a lead's millivolts and blanks (NaN) where it is off.
  func disturb(
    _ samples: inout [Double], lead: Int, rateHz: Double, _ random: inout SeededRandom
  ) {
    for episode in episodes where episode.lead == lead {
      let range = Int(episode.start * rateHz)..<min(samples.count, Int(episode.end * rateHz))
      var drift = 0.0
      for i in range {
        switch episode.kind {
        case .leadOff: samples[i] = .nan
        case .noise:
          // Electrode motion wanders back within a third of a second; muscle is white.
          drift += -3 * drift / rateHz + 1.2 * random.normal() / rateHz.squareRoot()
          samples[i] += drift + 0.15 * random.normal()
        }
      }
    }
  }
}
