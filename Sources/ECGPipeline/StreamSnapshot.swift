public import ECGAlarm
public import ECGCore
public import ECGModel
public import ECGSignal

/// How a stream stands, for status.
public struct StreamSnapshot: Sendable {
  public var slot: Int
  public var rate: SampleRate
  public var counters: StreamCounters
  public var heartRate: Double?
  public var quality: Quality
  /// The part of the learning that is done, 0...1.
  public var learning: Double
  /// Centre and spread of the logarithm of the patient's normal reconstruction error.
  public var learnt: (centre: Float, spread: Float)?
  /// The reference beats that were learnt; empty before the first, and where no beats are learnt.
  public var references: [ReferenceFacts]
  /// Beats a minute among the patient's normal beats.
  public var usualHeartRate: Float?
  /// Whether a beat is still compared with nothing, with what is still being learnt, with what
  /// may still change, or with what was learnt.
  public var phase: Phase
  /// What keeps the reference beats from being settled, and how long that took.
  public var obstacle: LearningObstacle?
  public var settledAfterSeconds: Double?
  /// Whether the rhythm has no order; nil while too few beats are known.
  public var isIrregular: Bool?
  /// The false alerts an hour that the limit was chosen for.
  public var falseAlertsPerHour: Double?
  public var score: Float?
  public var limit: Float
  public var active: [ConditionName]

  /// How far the learning is.
  public enum Phase: String, Sendable, CaseIterable {
    case waiting, learning, settling, learnt
  }

  public var lastSample: SampleNumber?
  public var lastReceivedNs: UInt64
}

extension Shard {
  /// The state of every stream, by slot. Allocates; asked for by people, not by samples.
  public func snapshot() -> [StreamSnapshot] {
    streams.slots.map { slot in
      let stream = streams[slot]!
      return StreamSnapshot(
        slot: slot, rate: stream.rate, counters: stream.counters,
        heartRate: stream.heart.beatsPerMinute, quality: stream.recentQuality(),
        learning: stream.scorer.progress, learnt: stream.scorer.learnt,
        references: stream.scorer.patient?.references.facts() ?? [],
        usualHeartRate: stream.judge.usualHeartRate, phase: stream.phase,
        obstacle: stream.scorer.patient?.obstacle,
        settledAfterSeconds: stream.scorer.patient?.settledAfterSeconds,
        isIrregular: stream.irregularity.entropy.map { _ in stream.irregularity.isIrregular },
        falseAlertsPerHour: stream.promisedFalseAlerts, score: stream.lastScore,
        limit: stream.limit,
        active: StreamCondition.allCases.filter { stream.condition($0).isActive }.map(\.name),
        lastSample: stream.continuity.expected.map { $0 - 1 },
        lastReceivedNs: stream.lastReceivedNs)
    }
  }
}
