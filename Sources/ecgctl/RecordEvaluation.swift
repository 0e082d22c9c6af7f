import ECGAlarm
import ECGCore
import ECGPipeline
import ECGRecords

/// The daemon's own pipeline run over one lead of a recording, without sockets, and what it said
/// held against the annotations.
struct RecordEvaluation {
  /// What one class of annotated beats met with, after the patient was learnt.
  struct ClassFigures {
    var beats = 0
    /// Beats in a window over the limit.
    var flagged = 0
    /// Beats while an alarm was on, from its onset to its end.
    var alarmed = 0
  }

  let record: String
  let lead: String
  let sampleRate: SampleRate
  let samples: Int
  private(set) var scores: [WindowScore] = []
  /// Where abnormal-beat alarms were on, in samples.
  private(set) var alarms: [ClosedRange<Int64>] = []
  private(set) var alertsByCondition: [(ConditionName, Int)] = []
  /// The first sample that was judged; nil where learning never ended.
  private(set) var judgedFrom: Int64?
  private(set) var byClass: [BeatClass: ClassFigures] = [:]
  private(set) var beats = 0

  init(
    _ recording: Recording, lead: RecordedLead, annotations: [ECGRecords.Beat], plan: ModelPlan,
    settings: AlarmSettings
  ) throws {
    record = recording.name
    self.lead = lead.name
    sampleRate = lead.sampleRate
    samples = lead.samples.count
    let shard = Shard(plan, settings, maximumWindows: 32)
    shard.scores = []
    try shard.admit(slot: 0, rate: lead.sampleRate)
    play(lead.samples, to: shard)
    beats = Int(shard.snapshot()[0].counters.beats)
    shard.dischargeAll()
    scores = shard.scores ?? []
    judgedFrom = scores.first { $0.score != nil }?.start.rawValue
    takeAlerts(shard.drafts)
    hold(against: annotations)
  }

  private func play(_ samples: [Float], to shard: Shard) {
    let packet = 360
    var first = 0
    while first < samples.count {
      let count = min(packet, samples.count - first)
      shard.take(
        samples.span.extracting(first..<(first + count)),
        at: PacketPlace(
          session: 1, sequence: UInt64(first / packet), first: SampleNumber(Int64(first)),
          count: count),
        deviceTimeNs: 0, slot: 0, receivedNs: 0)
      first += count
    }
    shard.flush()
  }

  private mutating func takeAlerts(_ drafts: [AlertDraft]) {
    var starts: [ConditionName: Int] = [:]
    for draft in drafts {
      if draft.transition.phase == .start { starts[draft.condition, default: 0] += 1 }
      if draft.condition == .abnormalBeats, draft.transition.phase == .end {
        alarms.append(
          draft.transition.onset
            .rawValue...max(
              draft.transition.onset.rawValue, draft.transition.detection.rawValue))
      }
    }
    alertsByCondition = ConditionName.allCases.compactMap { name in
      starts[name].map { (name, $0) }
    }
  }

  /// Each annotated beat is looked up in the windows that hold it.
  private mutating func hold(against annotations: [ECGRecords.Beat]) {
    guard let judgedFrom else { return }
    let judged = scores.filter { $0.score != nil }
    let tolerance = Int64(sampleRate.samples(seconds: BeatMatch.windowSeconds))
    var first = 0
    for beat in annotations where beat.sample >= judgedFrom {
      while first < judged.count, judged[first].end.rawValue < beat.sample - tolerance {
        first += 1
      }
      var figures = byClass[beat.beatClass] ?? ClassFigures()
      figures.beats += 1
      var isFlagged = false
      for window in judged[first...] {
        if window.start.rawValue > beat.sample + tolerance { break }
        if Self.holds(window, beat.sample, tolerance), window.score! >= window.limit {
          isFlagged = true
        }
      }
      if isFlagged { figures.flagged += 1 }
      if alarms.contains(where: { $0.contains(beat.sample) }) { figures.alarmed += 1 }
      byClass[beat.beatClass] = figures
    }
  }

  /// A beat-synchronous window holds the beat that it was made for, and no other.
  private static func holds(_ window: WindowScore, _ sample: Int64, _ tolerance: Int64) -> Bool {
    if let beat = window.beat { return abs(beat.rawValue - sample) <= tolerance }
    return (window.start.rawValue...window.end.rawValue).contains(sample)
  }

  /// Windows that were judged, and those over the limit.
  var judgedWindows: (all: Int, exceeding: Int) {
    let judged = scores.filter { $0.score != nil }
    return (judged.count, judged.count { $0.score! >= $0.limit })
  }
}
