import ECGAlarm
import ECGCore
import ECGModel
import ECGPipeline
import ECGSignal
import ECGWire
import Synchronization

extension StatusReport {
  /// Puts the threads' answers together.
  init(
    _ question: StatusQuestion, _ facts: DaemonFacts, published: UInt64, active: Int, nowNs: UInt64
  ) {
    self.init(
      version: facts.version, uptimeSeconds: facts.uptimeSeconds, shards: facts.shards)
    model = Model(name: facts.model, hash: facts.modelHash)
    alertsPublished = Int64(published)
    activeAlarms = active
    waveforms = Waveforms(
      published: Int64(facts.waveforms.published.load(ordering: .relaxed)),
      dropped: Int64(facts.waveforms.dropped.load(ordering: .relaxed)))
    var refused: [StreamID: [UInt64]] = [:]
    if let ingest = question.ingest {
      packets = Int64(ingest.packets)
      bytes = Int64(ingest.bytes)
      rejected = Self.rejected(ingest.refused)
      refused = Dictionary(uniqueKeysWithValues: ingest.refusedByStream)
    }
    let silent = question.shards.count { $0 == nil }
    shardsSilent = silent > 0 ? silent : nil
    var histogram = LatencyHistogram()
    for shard in question.shards.compactMap({ $0 }) {
      histogram.add(shard.latency)
      samples += Int64(shard.totals.samples)
      beats += Int64(shard.totals.beats)
      windows += Int64(shard.totals.windows)
      for (stream, snapshot) in shard.streams {
        streams.append(
          Stream(stream, snapshot, refused: refused[stream.stream] ?? [], facts))
      }
    }
    streams.sort { $0.id < $1.id }
    for stream in streams {
      for reason in ["duplicate", "late"] {
        if let count = stream.rejected[reason] { rejected[reason, default: 0] += count }
      }
    }
    let shed = question.shards.reduce(0) { $0 + ($1?.totals.shedPackets ?? 0) }
    if shed > 0 { rejected["overload", default: 0] += Int64(shed) }
    for shard in question.shards.compactMap({ $0 }) where shard.totals.shedWindows > 0 {
      windowsShed = (windowsShed ?? 0) + Int64(shard.totals.shedWindows)
    }
    latency = Latency(histogram)
    keys = facts.keys.map { Keys($0, question.ingest?.gateways ?? []) }
  }
}

extension StatusReport.Keys {
  init(_ facts: KeyFacts, _ accounts: [GatewayAccounts.Account]) {
    self.init(
      authorised: facts.ring.count,
      handshakes: Int64(facts.tally.accepted.load(ordering: .relaxed)),
      refused: facts.tally.refusedByReason,
      gateways: accounts.filter { $0.packets > 0 }.map {
        Gateway(
          name: $0.name, isAuthorised: $0.key != nil, streams: $0.streams,
          packets: Int64($0.packets), rejected: StatusReport.rejected($0.refused))
      })
  }
}

extension StatusReport.Latency {
  /// Nil where nothing was measured yet.
  fileprivate init?(_ histogram: LatencyHistogram) {
    func milliseconds(_ q: Double) -> Double { Double(histogram.quantile(q) ?? 0) / 1e6 }
    guard histogram.count > 0 else { return nil }
    self.init(
      count: Int64(histogram.count), p50Ms: milliseconds(0.5), p99Ms: milliseconds(0.99),
      p999Ms: milliseconds(0.999), maximumMs: Double(histogram.maximumNanoseconds) / 1e6)
  }
}

extension StatusReport.Stream {
  fileprivate init(
    _ facts: StreamFacts, _ snapshot: StreamSnapshot, refused: [UInt64], _ daemon: DaemonFacts
  ) {
    self.init(
      id: facts.stream.name, leads: facts.leads.map(\.name), sampleRateHz: facts.rate.hertz,
      state: Self.state(snapshot))
    let counters = snapshot.counters
    lead = facts.lead.name
    mode = facts.mode.name
    samples = Int64(counters.samples)
    missing = Int64(counters.missing)
    gaps = Int64(counters.gaps)
    lost = Int64(counters.lost)
    trimmed = Int64(counters.trimmed)
    restarts = Int64(counters.restarts)
    layoutChanges = Int64(counters.layoutChanges)
    patientChanges = Int64(counters.patientChanges)
    packets = Int64(counters.packets)
    rejected = refused.isEmpty ? [:] : StatusReport.rejected(refused)
    if counters.shedPackets > 0 {
      rejected["overload", default: 0] += Int64(counters.shedPackets)
    }
    if counters.duplicates > 0 { rejected["duplicate"] = Int64(counters.duplicates) }
    if counters.late > 0 { rejected["late"] = Int64(counters.late) }
    beats = Int64(counters.beats)
    windows = Int64(counters.windows)
    heartRate = snapshot.heartRate
    quality = Double(snapshot.quality.index)
    if snapshot.quality.index < 1 { qualityReason = snapshot.quality.reason.text }
    score = snapshot.score.map(Double.init)
    limit = Double(snapshot.limit)
    alarms = snapshot.active.map(\.rawValue)
    learnt = StatusReport.Learnt(
      progress: snapshot.learning, centre: snapshot.learnt.map { Double($0.centre) },
      spread: snapshot.learnt.map { Double($0.spread) })
    learnt?.take(snapshot)
    lastSample = snapshot.lastSample?.rawValue
    lastReceivedAt = daemon.wallTime(ofMonotonicNs: snapshot.lastReceivedNs)
  }

  private static func state(_ snapshot: StreamSnapshot) -> StatusReport.State {
    if snapshot.active.contains(.streamSilent) { return .silent }
    if snapshot.active.contains(.leadOff) { return .leadOff }
    if snapshot.active.contains(.signalQuality) { return .poorSignal }
    return snapshot.learning < 1 ? .learning : .watching
  }
}

extension StatusReport.Learnt {
  mutating func take(_ snapshot: StreamSnapshot) {
    phase = snapshot.phase.rawValue
    let reasons = Self.reasons(snapshot)
    if !reasons.isEmpty { self.reasons = reasons }
    afterSeconds = snapshot.settledAfterSeconds.map { ($0 * 10).rounded() / 10 }
    if !snapshot.references.isEmpty {
      references = snapshot.references.map {
        Reference(
          index: $0.index, share: Double($0.share), beats: $0.beatCount,
          widthMs: Double($0.widthMs),
          amplitudeMillivolts: Double($0.amplitudeMillivolts), constancy: Double($0.constancy),
          ventricularLikeness: Double($0.ventricularLikeness))
      }
    }
    heartRate = snapshot.usualHeartRate.map(Double.init)
    rhythm = snapshot.isIrregular.map { $0 ? "irregular" : "regular" }
    falseAlertsPerHour = snapshot.falseAlertsPerHour
  }

  /// Why the learning is not done.
  private static func reasons(_ snapshot: StreamSnapshot) -> [String] {
    guard snapshot.phase != .learnt else { return [] }
    var reasons: [String] = []
    if snapshot.active.contains(.streamSilent) { reasons.append("no samples come") }
    if snapshot.quality.isLeadOff { reasons.append("the lead carries no ECG") }
    if snapshot.active.contains(.signalQuality) {
      reasons.append("the signal is poor: \(snapshot.quality.reason.text)")
    }
    switch snapshot.phase {
    case .waiting:
      reasons.append("\(snapshot.counters.beats) beats so far, too few to pick a normal one")
    case .learning, .settling:
      reasons.append(
        "the normal beats may still change" + (snapshot.obstacle.map { ": \($0.text)" } ?? ""))
    case .learnt: break
    }
    return reasons
  }
}

extension LearningObstacle {
  /// For whoever asks why the learning takes so long.
  fileprivate var text: String {
    switch self {
    case .tooSoon: "they are too few"
    case .mixedBeats(let share):
      "\(Int((100 * share).rounded()))% are like the most frequent one"
    case .wideBeats(let milliseconds):
      "the QRS complex is wide (\(Int(milliseconds.rounded())) ms)"
    case .irregularRhythm: "the rhythm is irregular"
    }
  }
}
