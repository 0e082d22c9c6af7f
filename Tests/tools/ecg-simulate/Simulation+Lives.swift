import CSimulatedMachine
import ECGAlarm
import ECGCore
import ECGMonitor
import ECGPipeline
import ECGWire

/// The daemon's starts, stops and deaths.
extension Simulation {
  /// How much of what was learnt a crash may forget, beyond `restart.everySeconds`: turns are late,
  /// and threads stand still for a while.
  private static let graceNs: UInt64 = 3_000_000_000
  static let startedAnew = "ecgd was started anew"

  func start() throws {
    guard diskFaultUntilNs == 0 else { return }
    count { $0.lives += 1 }
    tell("the daemon starts")
    isWatching = false
    checkpoint = machine_digest(disk.checkpoint)
    do {
      let made = try SteppedDaemon(plan.configuration, model: modelPlan.model, logger: logger)
      daemon = made
      samples = try SampleSender(in: made.context)
      recorder = try SimulatedOperator(in: made.context)
      if plan.operatorsAreSlow {
        slowOperators = [
          SlowOperator(link: try SimulatedOperator(in: made.context), awakeAtNs: nowNs)
        ]
      }
    } catch {
      guard machine_is_frozen() else { throw error }
    }
    handedOver = []
    inboxes = Array(repeating: [], count: plan.shards)
    tickedNs = Array(repeating: 0, count: plan.shards)
    takenNs = tickedNs
    acts = []
    (takenPackets, refused) = (0, [:])
    stalledUntilNs = [:]
    if !machine_is_frozen() { try takeOver() }
    if machine_is_frozen() { try crash(powerFailed: random.chance(0.3)) }
    auditNs = nowNs
    // No packet comes in at the very nanosecond of the start.
    clock.advance(ns: 1_000_000)
  }

  /// Asks the new daemon what it knows of before.
  private func takeOver() throws {
    let before = Set(law.told.keys)
    guard let kept = try readJournal(), try checkJournal(kept),
      let status = try ask(.status)?.status
    else { return }
    let restored = Dictionary(uniqueKeysWithValues: status.streams.map { ($0.id, $0) })
    // Not before everything is known: a crash in the midst of this must change nothing.
    let found = kept.filter { before.contains($0.id) || !$0.reason.hasPrefix(Self.startedAnew) }
    for i in beds.indices { try takeOver(i, restored[beds[i].name], found) }
    for i in tickedNs.indices {
      tickedNs[i] = clock.machineNs
      noteSaved(i)
    }
    isWatching = true
  }

  private func takeOver(
    _ i: Int, _ standing: StatusReport.Stream?, _ kept: [AlertEvent]
  ) throws {
    // What the last daemon had not told was told now, or never will be.
    try beds[i].play(mayHaveMore: true)
    beds[i].untold = []
    beds[i].refused = [:]
    beds[i].isKnown = standing != nil
    guard let written = checkpoints[checkpoint] else {
      throw Breach("the checkpoint is none that was written")
    }
    let saved = written[i]
    guard let standing else {
      try checkMayBeForgotten(i, saved)
      beds[i].reference = ReferenceStream(modelPlan, AlarmSettings(plan.configuration))
      (beds[i].life, beds[i].saved) = (nil, nil)
      return
    }
    guard let saved else { throw Breach("\(standing.id) was taken over, and never saved") }
    try saved.moment.ledger.compare(standing)
    try checkIsNew(saved, i)
    let (life, moment) = (saved.life, saved.moment)
    beds[i].saved = saved
    let open = Self.open(kept, standing.id)
    try hold(
      Set(open.map(\.condition)).count == open.count,
      "the journal has two alarms of a kind on: \(open.map(\.words))")
    beds[i].reference = ReferenceStream(modelPlan, AlarmSettings(plan.configuration))
    beds[i].life = life
    beds[i].life!.ledger = moment.ledger
    beds[i].life!.savedNs = 0
    beds[i].life!.events.removeLast(life.events.count - moment.events)
    beds[i].life!.packets.removeAll { $0.event >= moment.events }
    for event in beds[i].life!.events { _ = beds[i].reference.take(event) }
    beds[i].note(
      .takeover(
        nowNs: clock.machineNs, open: open.compactMap(OpenAlarm.init(told:)),
        alarms: Dictionary(uniqueKeysWithValues: open.map { ($0.condition, $0.alarm) })))
    beds[i].note(.tick(nowNs: clock.machineNs))
  }

  private var boundNs: UInt64 {
    UInt64(plan.configuration.restart.everySeconds * 1e9) + Self.graceNs
  }

  /// Whether nothing kept the last daemon from writing its checkpoints.
  private var couldSave: Bool {
    plan.configuration.restart.checkpoint != nil && diskSoundSinceNs != .max
      && diskSoundSinceNs + boundNs <= endedNs
  }

  /// What came after the checkpoint came shortly before the end.
  private func checkIsNew(_ saved: SimulatedBed.Saved, _ i: Int) throws(Breach) {
    guard couldSave else { return }
    let name = beds[i].name
    guard let life = beds[i].life else {
      return try hold(
        beds[i].endedNs + boundNs >= endedNs, "\(name) had ended, and is taken over")
    }
    let firstLost =
      life.number == saved.life.number
      ? life.firstPacketNs(after: saved.moment) ?? endedNs : life.packets.first?.atNs ?? endedNs
    try hold(
      firstLost + (endedCleanly ? 0 : boundNs) >= endedNs,
      "\(name): what came \((endedNs - firstLost) / 1_000_000) ms before the end is forgotten, "
        + "with a checkpoint every \(plan.configuration.restart.everySeconds) s")
  }

  private func checkMayBeForgotten(_ i: Int, _ saved: SimulatedBed.Saved?) throws(Breach) {
    guard plan.configuration.restart.checkpoint != nil else { return }
    // After a power failure only the wall clock knows how long ago that was.
    let mayBeTooOld = wasBooted && plan.wallStepEvery != nil
    try hold(saved == nil || mayBeTooOld, "\(beds[i].name) is in the checkpoint, and is forgotten")
    guard couldSave, !mayBeTooOld, let first = beds[i].life?.packets.first else { return }
    try hold(
      !endedCleanly && first.atNs + boundNs >= endedNs,
      "\(beds[i].name) is forgotten, although there was time enough to save it")
  }

  /// The alarms of a stream that were on by these events.
  private static func open(_ kept: [AlertEvent], _ stream: String) -> [AlertEvent] {
    var open: [String: AlertEvent] = [:]
    for event in kept where event.stream == stream {
      open[event.alarm] = event.phase == .end ? nil : event
    }
    return open.values.sorted { $0.sequence < $1.sequence }
  }

  /// The daemon dies.
  func crash(powerFailed: Bool) throws {
    guard daemon != nil || machine_is_frozen() else { return }
    machine_freeze()
    tell("the daemon dies\(powerFailed ? " with the machine" : "")")
    try readOperators()
    for i in beds.indices { try beds[i].play(mayHaveMore: true) }
    letGo()
    try disk.crash(powerFailed: powerFailed, seed: random.next())
    if powerFailed {
      clock.boot()
      wasBooted = true
    }
    if isWatching { (endedNs, endedCleanly) = (nowNs, false) }
    isWatching = false
    startAtNs = nowNs + 100_000_000 + UInt64(random.uniform() * 4e9)
    count { if powerFailed { $0.powerFailures += 1 } else { $0.kills += 1 } }
  }

  /// The service manager stops the daemon.
  func stop() throws {
    guard daemon != nil else { return }
    try settle()
    guard let daemon else { return }
    for i in 0..<plan.shards { foreseeLastTurn(i) }
    machine_die_before(0)
    daemon.stop()
    for i in beds.indices where plan.configuration.restart.checkpoint != nil { noteMoment(i) }
    noteCheckpoint()
    try readOperators()
    for i in beds.indices { try beds[i].play(mayHaveMore: false) }
    letGo()
    (endedNs, endedCleanly) = (nowNs, true)
    isWatching = false
    startAtNs = nowNs + 100_000_000 + UInt64(random.uniform() * 4e9)
  }

  private func foreseeLastTurn(_ i: Int) {
    foreseeTick(i)
    guard plan.configuration.restart.checkpoint == nil else { return }
    for bed in beds.indices where beds[bed].shard == i && beds[bed].life != nil { end(bed) }
  }

  private func letGo() {
    slowOperators = []
    recorder = nil
    samples = nil
    daemon = nil
  }
}

extension OpenAlarm {
  /// As an event told it.
  init?(told event: AlertEvent) {
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
