import ECGCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A synthetic ECG of two leads (MLII, V1) with its ground truth.
///
/// The same parameters give the same samples. It is for trying the path out where there is no
/// real recording, never for judging a detector's worth.
public struct SyntheticECG: Sendable {
  /// Millivolts as a converter with 200 units a millivolt would give them.
  public let recording: Recording
  /// Beats (N, A, V) at their R peaks; "~" where a disturbance begins and ends, its text "noise",
  /// "off" or "clean".
  public let annotations: AnnotationFile

  static let unitsPerMillivolt: Float = 200

  public init(_ parameters: SyntheticParameters) {
    precondition(parameters.seconds > 0)
    precondition((20...300).contains(parameters.heartRateBpm))
    var random = SeededRandom(seed: parameters.seed)
    let schedule = BeatSchedule(parameters, &random)
    let families = BeatShape.leads
    let episodes = SyntheticEpisodes(parameters, leadCount: families.count, &random)
    let rateHz = parameters.sampleRate.hertz
    let count = parameters.sampleRate.samples(seconds: parameters.seconds)
    var leads: [RecordedLead] = []
    for (index, family) in families.enumerated() {
      var model = LeadModel(schedule, lead: family)
      var samples = model.samples(count: count, rateHz: rateHz)
      for i in samples.indices {
        samples[i] += parameters.measurementNoiseMillivolts * random.normal()
      }
      episodes.disturb(&samples, lead: index, rateHz: rateHz, &random)
      leads.append(Self.digitised(samples, name: family.name, rate: parameters.sampleRate))
    }
    recording = Recording(name: "synthetic", sampleRate: parameters.sampleRate, leads: leads)
    annotations = AnnotationFile(
      annotations: Self.truth(schedule, episodes, rateHz: rateHz, count: count))
  }

  private static func digitised(
    _ millivolts: [Double], name: String, rate: SampleRate
  ) -> RecordedLead {
    let values = millivolts.map { value -> Int32 in
      guard !value.isNaN else { return DigitalSamples.missing }
      return Int32((value * Double(unitsPerMillivolt)).rounded())
    }
    let digital = DigitalSamples(values: values, gain: unitsPerMillivolt, baseline: 0)
    return RecordedLead(
      name: name, sampleRate: rate, samples: digital.physical(), digital: digital)
  }

  private static func truth(
    _ schedule: BeatSchedule, _ episodes: SyntheticEpisodes, rateHz: Double, count: Int
  ) -> [Annotation] {
    func sample(_ time: Double) -> Int64 { Int64((time * rateHz).rounded()) }
    var all = schedule.beats.map { Annotation(sample: sample($0.time), code: $0.kind) }
    for episode in episodes.episodes {
      let channel = UInt8(episode.lead)
      let text = episode.kind == .noise ? "noise" : "off"
      all.append(
        .init(sample: sample(episode.start), code: .noise, channel: channel, text: text))
      all.append(
        .init(sample: sample(episode.end), code: .noise, channel: channel, text: "clean"))
    }
    return all.filter { (0..<Int64(count)).contains($0.sample) }.sorted { $0.sample < $1.sample }
  }
}
