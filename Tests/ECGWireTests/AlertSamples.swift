import ECGAlarm
import ECGWire

/// Alert events as the daemon makes them.
enum AlertSamples {
  static func event(
    _ condition: ConditionName = .abnormalBeats, _ phase: AlertPhase = .start,
    priority: AlarmPriority = .medium, sequence: Int64 = 12
  ) -> AlertEvent {
    var event = AlertEvent(
      id: "bed-1/3/1", alarm: "bed-1/3", sequence: sequence, streamSequence: 4, phase: phase,
      condition: condition, priority: priority, reason: "the beats do not look like this patient's",
      mode: .test)
    event.stream = "bed-1"
    event.lead = "MLII"
    event.sampleRateHz = 360
    event.onset = .init(sample: 4243, timeNs: 1_700_000_011_786_111_111)
    event.detection = .init(sample: 4963)
    event.score = 8.25
    event.limit = 4
    event.falseAlertsPerHour = 0.5
    event.explanation = .init(
      part: "shape", shape: 6.5, timing: -0.25, pace: 1.25, segment: "QRS",
      segments: .init(beforeQRS: 1.5, qrs: 4.25, afterQRS: 2),
      reference: .init(index: 1, similarity: 0.375, share: 0.875))
    event.worstSegment = .init(startSample: 4250, endSample: 4290, error: 0.125, share: 0.5)
    event.model = .init(name: "default", hash: String(repeating: "0123456789abcdef", count: 4))
    event.quality = .init(index: 0.875, reason: "noise")
    event.wall = .init(
      receivedAt: "2026-01-31T23:59:58.000000Z", publishedAt: "2026-01-31T23:59:59.000000Z")
    if phase == .end { event.end = .init(sample: 9000, timeNs: 1_700_000_025_000_000_000) }
    return event
  }

  /// The event that starts an alarm shows the beat beside its reference.
  static var illustrated: AlertEvent {
    var event = event()
    event.explanation?.curves = .init(
      rateHz: 128, samplesBefore: 32, beat: (0..<96).map { Double($0 % 8) / 8 },
      reference: [Double](repeating: 0.5, count: 96))
    return event
  }

  /// An event about the daemon itself has the required fields only.
  static var daemonEvent: AlertEvent {
    AlertEvent(
      id: "1", alarm: "1", sequence: 1, streamSequence: 1, phase: .start, condition: .streamLimit,
      priority: .medium, reason: "stream bed-9 was refused", mode: .real)
  }

  /// Every step of an alarm's life that is more than its start, its going on and its end.
  static var lives: [AlertEvent] {
    func changed(
      _ phase: AlertPhase, _ presence: SignalPresence, _ cause: AlertCause,
      _ change: (inout AlertEvent) -> Void = { _ in }
    ) -> AlertEvent {
      var event = event(.asystole, phase, priority: .high)
      event.presence = presence
      event.cause = cause
      change(&event)
      return event
    }
    let until = AlertEvent.Moment(sample: 50_000, timeNs: 1_700_000_138_888_888_888)
    let pause = AlertEvent.Pause(by: "sister.b", until: until)
    return [
      changed(.continue, .acknowledged, .acknowledged) {
        $0.acknowledged = .init(by: "dr.a", until: until)
      },
      changed(.continue, .acknowledged, .keepAlive) {
        $0.acknowledged = .init(by: nil, until: until)
        $0.escalated = true
        $0.paused = pause
      },
      changed(.continue, .on, .acknowledgementExpired),
      changed(.continue, .on, .escalated) { $0.escalated = true },
      changed(.continue, .latched, .latched) { $0.cleared = .init(sample: 9000) },
      changed(.continue, .on, .returned),
      changed(.continue, .on, .paused) { $0.paused = pause },
      changed(.start, .on, .began) { $0.paused = .init(by: nil, until: until) },
      changed(.continue, .on, .resumed),
      changed(.end, .off, .acknowledged),
      changed(.end, .off, .closed),
    ]
  }

  static var all: [AlertEvent] {
    lives
      + ConditionName.allCases.flatMap { condition in
        AlertPhase.allCases.flatMap { phase in
          AlarmPriority.allCases.map { event(condition, phase, priority: $0) }
        }
      } + [daemonEvent, illustrated]
  }
}
