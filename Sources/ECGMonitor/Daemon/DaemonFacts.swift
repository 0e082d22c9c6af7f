import ECGWire

/// What does not change while a daemon runs.
struct DaemonFacts: Sendable {
  let version: String
  let model: String
  let modelHash: String
  let shards: Int
  let waveforms: WaveformCounters
  let queues: DaemonQueues
  /// Nil where nobody is asked for a key.
  let keys: KeyFacts?
  let startedNs: UInt64
  /// Wall time minus monotonic time, at the start: turns one into the other.
  let wallOffsetNs: Int64

  init(
    version: String, model: String, modelHash: String, shards: Int, waveforms: WaveformCounters,
    queues: DaemonQueues, keys: KeyFacts? = nil
  ) {
    self.keys = keys
    self.version = version
    self.model = model
    self.modelHash = modelHash
    self.shards = shards
    self.waveforms = waveforms
    self.queues = queues
    startedNs = MonotonicClock.nanoseconds()
    wallOffsetNs = AlertWriter.wallNs() - Int64(startedNs)
  }

  /// Milliseconds since 1970.
  var startedWallMs: Int64 { (Int64(startedNs) + wallOffsetNs) / 1_000_000 }

  /// RFC 3339; nil where no time was noted.
  func wallTime(ofMonotonicNs ns: UInt64) -> String? {
    ns == 0 ? nil : UTCTime.text(nanoseconds: Int64(ns) + wallOffsetNs)
  }

  /// A moment by the daemon's own clock, which counts milliseconds since its start.
  func moment(ofMonotonicMs ms: Int64) -> AlertEvent.Moment {
    AlertEvent.Moment(
      sample: max(0, ms - Int64(startedNs / 1_000_000)), timeNs: ms * 1_000_000 + wallOffsetNs)
  }

  var uptimeSeconds: Double { Double(MonotonicClock.nanoseconds() - startedNs) / 1e9 }
}
