public import ECGAlarm
public import ECGCore
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
  public var score: Float?
  public var limit: Float
  public var active: [ConditionName]
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
        learning: stream.scorer.progress, learnt: stream.scorer.learnt, score: stream.lastScore,
        limit: stream.limit,
        active: StreamCondition.allCases.filter { stream.condition($0).isActive }.map(\.name),
        lastSample: stream.continuity.expected.map { $0 - 1 },
        lastReceivedNs: stream.lastReceivedNs)
    }
  }
}
