import ECGAlarm
import ECGPipeline
import ECGWire

/// What the simulator knows of one bed's stream: what the daemon has taken of it, what must have
/// become of that, and what must have been told.
struct SimulatedBed {
  /// A moment whose state the shard handed to the keeper of checkpoints.
  struct Moment {
    var ledger: StreamLedger
    /// How many events lie before it.
    var events: Int
  }

  /// A stream from its admission to its end.
  struct Life {
    /// Tells lives apart.
    let number: Int
    var ledger = StreamLedger()
    var events: [ReferenceStream.Event] = []
    /// When each packet was taken, by its place among the events.
    var packets: [(event: Int, atNs: UInt64)] = []
    /// The stamp of the newest state that was handed over.
    var savedNs: UInt64 = 0

    /// When the first packet after a moment was taken.
    func firstPacketNs(after moment: Moment) -> UInt64? {
      packets.first { $0.event >= moment.events }?.atNs
    }
  }

  /// What a checkpoint has of the stream.
  struct Saved {
    var life: Life
    var moment: Moment
  }

  let name: String
  let shard: Int
  /// What the keeper of checkpoints has of it, and will write.
  var saved: Saved?
  /// Whether the daemon's ingest thread knows the stream.
  var isKnown = false
  /// What of it was refused since then, by reason.
  var refused: [String: Int64] = [:]
  /// How many lives it has had, and when the last one ended.
  var lives = 0
  var endedNs: UInt64 = 0
  /// As the shard has it; nil where it watches no such stream.
  var life: Life?
  /// The fault-free run, how far it is, and what it has told that operators were not told yet.
  var reference: ReferenceStream
  var unplayed: [ReferenceStream.Event] = []
  var untold: [AlertDraft] = []
  /// What operators were told and is not compared yet.
  var told: [AlertEvent] = []

  /// Something happened to the stream.
  mutating func note(_ event: ReferenceStream.Event) {
    unplayed.append(event)
    life?.events.append(event)
  }

  /// Lets the fault-free run catch up, and holds what was told against what it tells. After a crash
  /// it may have more to tell.
  mutating func play(mayHaveMore: Bool) throws(Breach) {
    for event in unplayed {
      untold += reference.take(event)
      try match()
    }
    unplayed = []
    try match()
    if let event = told.first {
      throw Breach("\(event.id) was told, and would not be without faults: \(event.words)")
    }
    if let draft = untold.first, !mayHaveMore {
      throw Breach("\(name): was not told, and would be without faults: \(draft)")
    }
  }

  mutating func match() throws(Breach) {
    while let event = told.first, let draft = untold.first {
      try draft.compare(event)
      if event.phase != .start {
        let alarm = reference.alarms[event.condition]
        try hold(alarm == event.alarm, "\(event.id) belongs to \(alarm ?? "no alarm")")
      }
      reference.alarms[event.condition] = event.phase == .end ? nil : event.alarm
      told.removeFirst()
      untold.removeFirst()
    }
  }
}

extension AlertDraft {
  /// Throws where an event tells anything else.
  func compare(_ event: AlertEvent) throws(Breach) {
    func same(_ a: Double?, _ b: Double?) -> Bool {
      guard let a, let b else { return a == nil && b == nil }
      return abs(a - b) <= 1e-6 * max(1, abs(a))
    }
    let own: [(String, Bool)] = [
      ("condition", condition == event.condition),
      ("phase", transition.phase == event.phase),
      ("presence", presence == event.presence), ("cause", cause == event.cause),
      ("onset", transition.onset.rawValue == event.onset?.sample),
      ("detection", transition.detection.rawValue == event.detection?.sample),
      ("onset's time", onsetTimeNs.map { UTCTime.text(nanoseconds: $0) } == event.onset?.time),
      ("score", same(score.map(Double.init), event.score)),
      ("limit", same(limit.map(Double.init), event.limit)),
      ("quality", same(Double(quality.index), event.quality?.index)),
      ("escalated", isEscalated == (event.escalated ?? false)),
      (
        "acknowledged",
        acknowledged.map { max(0, $0.until.rawValue) } == event.acknowledged?.until.sample
      ),
      ("acknowledger", acknowledged?.by == event.acknowledged?.by),
      ("paused", paused.map { max(0, $0.until.rawValue) } == event.paused?.until.sample),
      ("cleared", cleared?.rawValue == event.cleared?.sample),
    ]
    for (name, isSame) in own {
      try hold(
        isSame,
        "\(event.id): another \(name) than without faults: \(event.words) instead of \(self)")
    }
  }
}
