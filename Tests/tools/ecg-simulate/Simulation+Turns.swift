import CSimulatedMachine
import ECGMonitor
import ECGWire

/// What each turn of a part must do, foreseen from what lies before it.
extension Simulation {
  private static let messagesPerTurn = 256
  private static let recordsPerTurn = 64
  private static let tickNs: UInt64 = 250_000_000

  func turn(_ part: SteppedDaemon.Part) throws {
    switch part {
    case .ingest: foreseeIngest()
    case .publisher: for i in acts.indices { acts[i].isForwarded = true }
    case .shard(let i): foreseeShard(i)
    case .keeper: break
    }
    daemon!.turn(part)
    if case .shard(let i) = part { noteSaved(i) }
    if part == .keeper { noteCheckpoint() }
    if machine_is_frozen() { try crash(powerFailed: random.chance(0.3)) }
  }

  private func foreseeIngest() {
    for packet in handedOver.prefix(Self.messagesPerTurn) { foresee(packet) }
    handedOver.removeFirst(min(Self.messagesPerTurn, handedOver.count))
  }

  private func foresee(_ packet: SimulatedPacket) {
    takenPackets += 1
    count { $0.packets += 1 }
    let bed = packet.bed
    func record(_ kind: ShardRecordCopy.Kind) {
      inboxes[beds[bed].shard].append(
        ShardRecordCopy(bed: bed, kind: kind, receivedNs: clock.machineNs))
    }
    if let damage = packet.damage {
      refused[damage.name, default: 0] += 1
      guard damage != .badTopic, beds[bed].isKnown else { return }
      beds[bed].refused[damage.name, default: 0] += 1
      return record(.refused)
    }
    if !beds[bed].isKnown {
      beds[bed].isKnown = true
      beds[bed].refused = [:]
      record(.admit)
    }
    record(.packet(packet.bytes))
    if try! SamplePacketHeader.decode(packet.bytes.span.bytes).isLast {
      beds[bed].isKnown = false
      record(.discharge)
    }
  }

  private func foreseeShard(_ i: Int) {
    for act in acts where act.isForwarded && beds[act.bed].shard == i {
      if beds[act.bed].life != nil { beds[act.bed].note(.init(act.request)) }
    }
    acts.removeAll { $0.isForwarded && beds[$0.bed].shard == i }
    let records = inboxes[i].prefix(Self.recordsPerTurn)
    let isIdle = records.count < Self.recordsPerTurn
    inboxes[i].removeFirst(records.count)
    for record in records { foresee(record, i) }
    foreseeTick(i, isIdle: isIdle)
  }

  func foreseeTick(_ i: Int, isIdle: Bool = true) {
    let now = clock.machineNs
    guard now - tickedNs[i] >= Self.tickNs else { return }
    tickedNs[i] = now
    for bed in beds.indices where beds[bed].shard == i && beds[bed].life != nil {
      beds[bed].note(.tick(nowNs: isIdle ? now : takenNs[i]))
    }
  }

  private func foresee(_ record: ShardRecordCopy, _ shard: Int) {
    switch record.kind {
    case .admit:
      beds[record.bed].lives += 1
      beds[record.bed].life = SimulatedBed.Life(number: beds[record.bed].lives)
    case .packet(let bytes):
      takenNs[shard] = max(takenNs[shard], record.receivedNs)
      beds[record.bed].life!.ledger.take(bytes)
      let event = beds[record.bed].life!.events.count
      beds[record.bed].life!.packets.append((event, nowNs))
      beds[record.bed].note(.packet(bytes, receivedNs: record.receivedNs))
    case .refused:
      if beds[record.bed].life != nil { beds[record.bed].note(.refused) }
    case .discharge: end(record.bed)
    }
  }

  /// The stream is let go.
  func end(_ bed: Int) {
    beds[bed].note(.end)
    beds[bed].life = nil
    beds[bed].saved = nil
    beds[bed].endedNs = nowNs
  }

  /// Which states the shard has handed to the keeper of checkpoints in this turn.
  func noteSaved(_ i: Int) {
    let saved = daemon!.savedStates(ofShard: i)
    for bed in beds.indices where beds[bed].shard == i {
      guard let stamp = saved[beds[bed].name], let life = beds[bed].life, stamp != life.savedNs
      else { continue }
      tell("\(beds[bed].name) is handed to the keeper")
      beds[bed].life!.savedNs = stamp
      noteMoment(bed)
    }
  }

  /// A checkpoint may have the stream as it is now.
  func noteMoment(_ bed: Int) {
    guard let life = beds[bed].life else { return }
    beds[bed].saved = .init(
      life: life, moment: .init(ledger: life.ledger, events: life.events.count))
  }

  /// What the checkpoint on the disk has now.
  func noteCheckpoint() {
    let digest = machine_digest(disk.checkpoint)
    guard checkpoints[digest] == nil else { return }
    tell("a checkpoint is written")
    checkpoints[digest] = beds.map(\.saved)
  }
}

extension ReferenceStream.Event {
  init(_ request: ControlRequest) {
    if let alarm = request.alarm {
      self = .acknowledge(alarm: alarm, by: request.by)
    } else if let seconds = request.seconds {
      self = .pause(seconds: seconds, by: request.by)
    } else {
      self = .resume
    }
  }
}
