import ECGAlarm
import ECGCore
import ECGPipeline
import ECGRecords
import ECGSignal

/// What the daemon's pipeline said of one lead of a recording, played to it packet by packet,
/// without sockets.
struct PipelineRun: Sendable {
  /// A detected beat and what became of it.
  struct BeatRow: Sendable {
    enum State: String, Sendable {
      case judged, learning
      /// The signal lets the beat count towards no alarm; it may have a score all the same.
      case poorQuality
      /// Too near the recording's ends, or a gap, to be cut out whole.
      case incomplete
    }

    var sample: Int64
    /// Nil where the beat was not scored.
    var score: Float?
    var limit: Float
    /// Nil where the beat was never looked at.
    var quality: Float?
    var state: State
    var isFlagged = false
  }

  /// An alarm from its start to its end.
  struct Alert: Sendable {
    var condition: ConditionName
    var priority: AlarmPriority
    var onset: Int64
    var detection: Int64
    /// The samples that had come when the alert was published.
    var told: Int64
    var end: Int64
  }

  let samples: Int
  let sampleRate: SampleRate
  private(set) var beats: [BeatRow] = []
  private(set) var alerts: [Alert] = []
  private(set) var scores: [WindowScore] = []
  /// From each beat's fiducial to the newest sample when it was known, in seconds; of the beats
  /// that the recording's end did not cut off.
  private(set) var beatDelays: [Double] = []
  /// From the first beat until the patient's reference beats had settled; nil where they had not,
  /// and with models that know no beats.
  private(set) var learntAfterSeconds: Double?

  /// Fine enough that the delay of alerts is known to a twentieth of a second.
  private static let packetSeconds = 0.05
  private static let maximumWindows = 32

  init(_ lead: RecordedLead, plan: ModelPlan, settings: AlarmSettings) throws(ConditionerPlanError)
  {
    samples = lead.samples.count
    sampleRate = lead.sampleRate
    // No operator is here: what is evaluated are the conditions.
    var settings = settings
    settings.latching = []
    let shard = Shard(plan, settings, maximumWindows: Self.maximumWindows)
    shard.scores = []
    shard.detections = []
    try shard.admit(slot: 0, rate: lead.sampleRate)
    play(lead.samples, to: shard)
    let snapshot = shard.snapshot()[0]
    let limit = snapshot.limit
    learntAfterSeconds = snapshot.settledAfterSeconds
    let told = shard.detections ?? []
    beatDelays = told.map { Double($0.known - $0.beat) / lead.sampleRate.hertz }
    let detections = told + shard.beatsAtTheEnd(slot: 0)
    shard.dischargeAll()
    scores = shard.scores ?? []
    beats = Self.rows(detections, scores, limit, settings)
    takeAlerts(shard.drafts)
  }

  /// The number of the last sample that has come stands in for the time of its arrival: drafts
  /// tell it back.
  private func play(_ samples: [Float], to shard: Shard) {
    let packet = max(1, sampleRate.samples(seconds: Self.packetSeconds))
    var first = 0
    while first < samples.count {
      let count = min(packet, samples.count - first)
      shard.take(
        samples.span.extracting(first..<(first + count)),
        at: PacketPlace(
          session: 1, sequence: UInt64(first / packet), first: SampleNumber(Int64(first)),
          count: count),
        deviceTimeNs: 0, slot: 0, receivedNs: UInt64(first + count))
      first += count
    }
    shard.flush()
  }

  /// A row for each detected beat, with the window that was made for it, or the highest score of
  /// those that hold it where windows know no beats.
  private static func rows(
    _ detections: [Detection], _ scores: [WindowScore], _ limit: Float, _ settings: AlarmSettings
  ) -> [BeatRow] {
    var windows: [SampleNumber: WindowScore] = [:]
    for score in scores {
      if let beat = score.beat { windows[beat] = score }
    }
    var first = 0
    return detections.map { detection in
      var window = windows[detection.beat]
      if windows.isEmpty {
        while first < scores.count, scores[first].end < detection.beat { first += 1 }
        let holding = scores[first...].prefix { $0.start <= detection.beat }
        window = holding.max { ($0.score ?? -.infinity) < ($1.score ?? -.infinity) }
      }
      return row(detection, window, limit, settings)
    }
  }

  private static func row(
    _ detection: Detection, _ window: WindowScore?, _ limit: Float, _ settings: AlarmSettings
  ) -> BeatRow {
    var row = BeatRow(
      sample: detection.beat.rawValue, score: nil, limit: limit, quality: nil, state: .incomplete)
    guard let window else { return row }
    row.score = window.score
    row.limit = window.limit
    row.quality = window.quality
    row.isFlagged = window.isFlagged
    if window.quality < settings.minimumQuality {
      row.state = .poorQuality
    } else {
      row.state = window.score == nil ? .learning : .judged
    }
    return row
  }

  private mutating func takeAlerts(_ drafts: [AlertDraft]) {
    var open: [UInt64: Alert] = [:]
    for draft in drafts {
      let transition = draft.transition
      switch transition.phase {
      case .start:
        open[draft.alarmNumber] = Alert(
          condition: draft.condition, priority: draft.condition.priority,
          onset: transition.onset.rawValue, detection: transition.detection.rawValue,
          told: Int64(draft.receivedNs), end: Int64(samples) - 1)
      case .continue: break
      case .end:
        guard var alert = open.removeValue(forKey: draft.alarmNumber) else { continue }
        alert.end = max(alert.detection, transition.detection.rawValue)
        alerts.append(alert)
      }
    }
    alerts += open.values
    alerts.sort {
      ($0.detection, $0.onset, $0.condition.rawValue) < (
        $1.detection, $1.onset, $1.condition.rawValue
      )
    }
  }
}
