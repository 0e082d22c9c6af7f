import ECGAlarm
import ECGCore
import ECGPipeline
import ECGWire
import Logging

/// What the last process left: the streams that are watched again from the first moment on, and
/// those that must be learnt anew, told with the reason.
struct Restoration {
  /// The slot is the record's place here.
  private(set) var records: [CheckpointRecord] = []
  /// The alarms that operators take for being on.
  var open: [AlertEvent] = []
  /// Those of them that go on.
  private(set) var continued: [ActiveAlarms.Alarm] = []
  private(set) var count = 0
  private let log: RateLimitedLog

  /// Nothing was left.
  init(log: RateLimitedLog) { self.log = log }

  /// Reads a checkpoint; one that cannot be used is renamed, so that it is neither lost nor tried
  /// again.
  init(
    _ file: CheckpointFile, _ configuration: Configuration, modelHash: String, log: RateLimitedLog,
    now: CheckpointMoment = .now()
  ) {
    self.log = log
    let contents: CheckpointFile.Contents
    do throws(CheckpointFile.ReadError) {
      contents = try file.read()
    } catch {
      refuse(file, error)
      return
    }
    if let damage = contents.damage { refuse(file, .damaged(damage)) }
    let mostNs = UInt64(configuration.restart.maximumAgeMinutes * 60e9)
    var known: Set<String> = []
    for bytes in contents.records {
      guard let record = CheckpointRecord(bytes), known.insert(record.stream).inserted else {
        tell(nil, "a stream's record cannot be read")
        continue
      }
      let ageNs = contents.moment.ageNs(ofStamp: record.receivedNs, at: now)
      if let reason = Self.obstacle(record, modelHash, ageNs: ageNs, mostNs: mostNs) {
        tell(record, reason)
      } else if records.count < configuration.streams.maximum {
        records.append(record)
      } else {
        tell(record, "there are more than streams.maximum")
      }
    }
  }

  private static func obstacle(
    _ record: CheckpointRecord, _ modelHash: String, ageNs: UInt64?, mostNs: UInt64
  ) -> String? {
    guard record.modelHash == modelHash else { return "another model had learnt it" }
    guard let ageNs else { return "its age is not known, the clock was set back" }
    guard ageNs <= mostNs else {
      return "its last sample is \(ageNs / 60_000_000_000) minutes old"
    }
    return nil
  }

  /// Gives one stream's state to its shard; false where it must be learnt anew.
  mutating func restore(
    _ slot: Int, to shard: Shard, preferring leads: [LeadName], nowNs: UInt64
  ) -> Bool {
    let record = records[slot]
    guard record.watched.resume(preferring: leads) else {
      tell(record, "another lead is to be watched")
      return false
    }
    do throws(RestoreError) {
      try record.restore(to: shard, slot: slot, nowNs: nowNs)
    } catch {
      tell(record, "its state cannot be read: \(error)")
      return false
    }
    agree(slot, record.stream, with: shard)
    count += 1
    return true
  }

  /// What operators were told last is what holds.
  private mutating func agree(_ slot: Int, _ stream: String, with shard: Shard) {
    let own = open.filter { $0.stream == stream }
    shard.agree(slot: slot, with: own.compactMap(OpenAlarm.init))
    let numbers = shard.openAlarms(slot: slot)
    for event in own {
      guard let id = StreamID(stream), let number = numbers[event.condition] else { continue }
      continued.append(ActiveAlarms.Alarm(stream: id, event: event, number: number))
    }
  }

  private func refuse(_ file: CheckpointFile, _ error: CheckpointFile.ReadError) {
    let (reason, suffix): (String, String)
    switch error {
    case .missing: return
    case .unreadable(let error): (reason, suffix) = ("cannot be read: \(error)", "unreadable")
    case .version(let version):
      (reason, suffix) = ("is of version \(version), not of this one's", "version-\(version)")
    case .damaged(let damage): (reason, suffix) = ("is damaged: \(damage)", "damaged")
    }
    let aside: String
    do throws(SystemCallError) {
      aside = "set aside as \(try file.setAside(suffix))"
    } catch {
      aside = "and cannot be set aside: \(error)"
    }
    log.log(
      .error, kind: "checkpoint",
      "the checkpoint \(file.path) \(reason); \(aside); patients not in it are learnt anew")
  }

  private func tell(_ record: CheckpointRecord?, _ reason: String) {
    let stream = record?.stream ?? "?"
    log.log(
      .warning, kind: "relearn", "stream \(stream) is learnt anew: \(reason)",
      metadata: ["stream": "\(stream)"])
  }
}

extension OpenAlarm {
  /// Nil for an event without samples.
  init?(_ event: AlertEvent) {
    guard let onset = event.onset?.sample, let detection = event.detection?.sample else {
      return nil
    }
    self.init(
      condition: event.condition, onset: SampleNumber(onset), told: SampleNumber(detection))
    if event.presence == .latched {
      cleared = event.cleared.map { SampleNumber($0.sample) } ?? told
    }
    acknowledgedUntil = event.acknowledged.map { SampleNumber($0.until.sample) }
    acknowledgedBy = event.acknowledged?.by
    isEscalated = event.escalated ?? false
    pausedUntil = event.paused.flatMap { $0.until.sample }.map { SampleNumber($0) }
    pausedBy = event.paused?.by
  }
}
