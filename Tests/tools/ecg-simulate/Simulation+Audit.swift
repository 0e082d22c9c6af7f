import CMalloc
import CSimulatedMachine
import ECGAlarm
import ECGMonitor
import ECGWire

/// The invariants, held up to the daemon when all that it was given is done.
extension Simulation {
  /// Takes note of what operators are told.
  func readOperators() throws {
    guard let recorder else { return }
    for event in try recorder.read() {
      eventsRead += 1
      let isVictim = eventsRead.isMultiple(of: Sabotage.every)
      if sabotage == .alert, isVictim { continue }
      try note(event)
      if sabotage == .repeat, isVictim { try note(event) }
    }
    for i in slowOperators.indices where nowNs >= slowOperators[i].awakeAtNs {
      slowOperators[i].awakeAtNs = nowNs + UInt64(random.uniform() * 6e9)
      _ = try slowOperators[i].link.read(limit: 5)
    }
  }

  private func note(_ event: AlertEvent) throws(Breach) {
    tell("told \(event.words)")
    try law.take(event)
    count { $0.alerts += 1 }
    guard !event.reason.hasPrefix(Self.startedAnew), let stream = event.stream else { return }
    let bed = beds.firstIndex { $0.name == stream }
    try hold(bed != nil, "\(event.id) is about no bed")
    beds[bed!].told.append(event)
  }

  /// Lets the daemon do all that it can, with its clock standing still.
  func settle() throws {
    while let daemon, daemon.isBusy || !handedOver.isEmpty || !acts.isEmpty {
      for part in daemon.parts where self.daemon != nil { try turn(part) }
    }
    if self.daemon != nil { try turn(.publisher) }
    try readOperators()
  }

  /// Holds everything against everything.
  func audit() throws {
    try deliver()
    try settle()
    guard daemon != nil else { return }
    count { $0.audits += 1 }
    guard let snapshot = try ask(.snapshot)?.alerts else { return }
    try law.compare(snapshot, isNewDaemon: false)
    guard let status = try ask(.status)?.status else { return }
    try compare(status)
    for i in beds.indices { try beds[i].play(mayHaveMore: false) }
    try checkMemory()
  }

  private func compare(_ status: StatusReport) throws(Breach) {
    try hold(
      status.packets == takenPackets,
      "\(takenPackets) packets were taken, the daemon tells \(status.packets)")
    let known = beds.filter { $0.life != nil }
    try hold(
      status.streams.map(\.id) == known.map(\.name).sorted(), "other streams: \(status.streams)")
    var rejected = refused
    for bed in known {
      let told = status.streams.first { $0.id == bed.name }!
      try bed.life!.ledger.compare(told)
      var own = told.rejected
      for reason in ["duplicate", "late"] {
        rejected[reason, default: 0] += own.removeValue(forKey: reason) ?? 0
      }
      try hold(own == bed.refused, "\(bed.name): refused \(bed.refused), the daemon tells \(own)")
    }
    let totals = rejected.filter { $0.value > 0 }
    try hold(totals == status.rejected, "refused \(totals), the daemon tells \(status.rejected)")
  }

  /// Asks the daemon, and gives it the turns to answer; nil where it died of them.
  ///
  /// A daemon that has only just begun is not foreseen yet: what it remembers is what is asked.
  func ask(_ name: ControlRequest.Name, since: Int64? = nil) throws -> ControlReply? {
    var request = ControlRequest(name)
    requestNumber += 1
    request.id = "ask-\(requestNumber)"
    request.since = since
    try recorder?.ask(request)
    for _ in 0..<3 {
      let all = name == .status ? daemon?.parts ?? [] : []
      for part in [SteppedDaemon.Part.publisher] + all where daemon != nil {
        if isWatching { try turn(part) } else { daemon!.turn(part) }
      }
      if machine_is_frozen() || daemon == nil { return nil }
      try readOperators()
      if let reply = recorder?.replies[request.id!] {
        recorder?.forget(request.id!)
        try hold(reply.ok, "\(request.request) is refused: \(String(describing: reply.error))")
        return reply
      }
    }
    throw Breach("\(request.request) is not answered")
  }

  /// Everything in the journal, from its beginning.
  func readJournal() throws -> [AlertEvent]? {
    var kept: [AlertEvent] = []
    while true {
      guard let events = try ask(.replay, since: kept.last?.sequence ?? 0)?.alerts else {
        return nil
      }
      kept += events
      if events.count < ControlRequest.replayLimit.upperBound { return kept }
    }
  }

  /// What was on the disk before it was told is there, and what is there was told or is told now;
  /// false where the daemon died.
  func checkJournal(_ kept: [AlertEvent]) throws -> Bool {
    var found: Set<String> = []
    let unkept = law.told.values.filter { !AlertLaw.isKept($0) }
    let ids = Set(kept.map(\.id))
    if unkept.contains(where: { !ids.contains($0.id) }) {
      // What was told while the disk failed is lost with the daemon: what it had kept holds.
      law.fallBack(to: kept)
    }
    for event in kept {
      found.insert(event.id)
      if let told = law.told[event.id] {
        try hold(
          told.encoded() == event.encoded(), "told as \(told.words), and kept as \(event.words)")
      } else {
        try note(event)
      }
    }
    for (id, event) in law.told where AlertLaw.isKept(event) {
      try hold(found.contains(id), "\(id) was told and is not in the journal")
    }
    guard let snapshot = try ask(.snapshot)?.alerts else { return false }
    try law.compare(snapshot, isNewDaemon: true)
    return true
  }

  /// What the whole process holds, without what the simulated disk does: it must not grow.
  private func checkMemory() throws(Breach) {
    if sabotage == .memory { leak.append([UInt8](repeating: 1, count: Self.memoryBytes / 2)) }
    let info = mallinfo2()
    let bytes = Int(info.uordblks) + Int(info.hblkhd) - machine_bytes()
    if heapBytes == 0 { heapBytes = bytes }
    try hold(
      bytes - heapBytes < Self.memoryBytes, "memory grew by \((bytes - heapBytes) >> 10) KiB")
  }

  /// A run's own records, of a minute and a half, take less.
  private static let memoryBytes = 64 << 20

  /// Lets the ward come to rest: every stream ends, and with it every alarm.
  func finish() throws {
    troubles = [:]
    machine_die_before(0)
    disk.set(.sound)
    (diskFaultUntilNs, stalledUntilNs) = (0, [:])
    while !network.isEmpty || nowNs < startAtNs || daemon == nil { try rest(ms: 100) }
    try audit()
    for i in gateways.indices { network.sendSafely(gateways[i].farewell(), nowNs: nowNs) }
    while !network.isEmpty { try rest(ms: 100) }
    for _ in 0..<200 { try rest(ms: 100) }
    try audit()
    try hold(
      law.open.isEmpty, "alarms of streams that have ended are on: \(law.open.values.map(\.words))")
    try stop()
    clock.advance(ns: 5_000_000_000)
    try start()
    try stop()
  }

  private func rest(ms: UInt64) throws {
    clock.advance(ns: ms * 1_000_000)
    if daemon == nil { try start() }
    try deliver()
    try settle()
  }
}
