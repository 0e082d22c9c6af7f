import CAllocationCounter
import ECGAlarm
import ECGCore
import ECGModel
import ECGPipeline
import PipelineTesting
import Testing

@Suite("A stream's state in a checkpoint")
struct CheckpointTests {
  static let capacity = 1 << 18

  /// A shard with one stream that keeps every score.
  static func shard(_ plan: ModelPlan) -> Shard {
    let shard = Shard(plan, AlarmSettings(), maximumWindows: 4)
    shard.scores = []
    return shard
  }

  static func drain(_ shard: Shard) -> [AlertDraft] {
    var drafts: [AlertDraft] = []
    shard.collect {
      drafts.append($0)
      return true
    }
    return drafts
  }

  static func bytes(of shard: Shard, slot: Int = 0) -> [UInt8] {
    var state = StateCoder(capacity: capacity)
    shard.flush()
    _ = drain(shard)
    #expect(shard.save(slot: slot, into: &state))
    #expect(state.failure == nil)
    return state.written
  }

  static func restored(_ bytes: [UInt8], _ plan: ModelPlan, slot: Int = 0) throws -> Shard {
    let shard = shard(plan)
    var state = StateCoder(reading: bytes)
    try shard.restore(
      slot: slot, rate: SampleRate(millihertz: 360_000), from: &state, nowNs: 1)
    return shard
  }

  static func text(_ drafts: [AlertDraft]) -> [String] { drafts.map { "\($0)" } }

  @Test("a pause and an acknowledgement run out after a restart as they would have without")
  func operators() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 90)
    let cut = 40 * 360
    let whole = Self.shard(plan)
    try whole.admit(slot: 0, rate: player.rate)
    player.send(0..<cut, packets: 90, to: whole)
    _ = Self.drain(whole)
    whole.refused(slot: 0)
    let alarm = try #require(Self.drain(whole).first { $0.condition == .badPackets })
    #expect(
      whole.acknowledge(
        slot: 0, condition: .badPackets, alarmNumber: alarm.alarmNumber, by: "nurse 7"))
    #expect(whole.pause(slot: 0, seconds: 20, by: "nurse 8"))
    let state = Self.bytes(of: whole)
    let other = try Self.restored(state, plan)
    for shard in [whole, other] {
      player.send(cut..<player.samples.count, packets: 90, to: shard, sequence: 10_000)
      shard.flush()
    }
    let told = Self.drain(other)
    #expect(Self.text(told) == Self.text(Self.drain(whole)))
    let end = try #require(told.first { $0.condition == .alarmsPaused })
    #expect(end.transition.phase == .end)
    #expect(told.contains { $0.paused?.by == "nurse 8" && $0.condition == .badPackets })
  }

  @Test("a pause or a latched alarm told after the state was saved holds, and so does an end")
  func agreementOfSignals() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 60)
    let shard = Self.shard(plan)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(0..<7200, packets: 90, to: shard)
    shard.refused(slot: 0)
    let other = try Self.restored(Self.bytes(of: shard), plan)
    #expect(other.openAlarms(slot: 0).keys.contains(.badPackets))
    var pause = OpenAlarm(
      condition: .alarmsPaused, onset: SampleNumber(7300), told: SampleNumber(7300))
    pause.pausedUntil = SampleNumber(9000)
    pause.pausedBy = "nurse 8"
    var asystole = OpenAlarm(
      condition: .asystole, onset: SampleNumber(7200), told: SampleNumber(7250))
    asystole.cleared = asystole.told
    other.agree(slot: 0, with: [pause, asystole])
    let open = other.openAlarms(slot: 0)
    #expect(Set(open.keys) == [.alarmsPaused, .asystole])
    #expect(Self.drain(other).isEmpty, "nobody is told anything new")
    #expect(
      other.acknowledge(
        slot: 0, condition: .asystole, alarmNumber: open[.asystole]!, by: "nurse 7"))
    #expect(Self.drain(other).map(\.transition.phase) == [.end], "latched: known is over")
    player.send(7300..<10_000, packets: 90, to: other, sequence: 10_000)
    other.flush()
    let told = Self.drain(other)
    #expect(told.contains { $0.condition == .alarmsPaused && $0.transition.phase == .end })
  }

  @Test(
    "a restored patient gets the scores and alerts, to the bit, of one never interrupted",
    arguments: [2.0, 11.3, 25, 40, 61.7, 100])
  func continues(cut seconds: Double) throws {
    for plan in [try TestModel.beats(), try TestModel.sliding()] {
      let player = Player.synthetic(seconds: 120)
      let cut = Int(seconds * 360)
      let whole = Self.shard(plan)
      try whole.admit(slot: 0, rate: player.rate)
      player.send(0..<cut, packets: 90, to: whole)
      let state = Self.bytes(of: whole)
      whole.scores = []
      player.send(cut..<player.samples.count, packets: 90, to: whole, sequence: 10_000)

      // Another slot, as after a restart in which others came first.
      let other = try Self.restored(state, plan, slot: 3)
      player.send(
        cut..<player.samples.count, packets: 90, to: other, slot: 3, sequence: 10_000)
      whole.flush()
      other.flush()
      var scores = try #require(other.scores)
      for i in scores.indices { scores[i].slot = 0 }
      #expect(!scores.isEmpty)
      #expect(scores == whole.scores)
      let drafts = Self.drain(other).map { draft in
        var draft = draft
        draft.slot = 0
        return draft
      }
      #expect(Self.text(drafts) == Self.text(Self.drain(whole)))
      // The state itself is the same, so nothing that matters was left out.
      #expect(Self.bytes(of: other, slot: 3) == Self.bytes(of: whole))
    }
  }

  @Test("samples lost between the checkpoint and the restart are a gap like any other")
  func gap() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 120)
    for lost in [700, 360 * 20] {
      let cut = 360 * 50
      let whole = Self.shard(plan)
      try whole.admit(slot: 0, rate: player.rate)
      player.send(0..<cut, packets: 90, to: whole)
      let other = try Self.restored(Self.bytes(of: whole), plan)
      whole.scores = []
      for shard in [whole, other] {
        player.send((cut + lost)..<player.samples.count, packets: 90, to: shard)
        shard.flush()
      }
      #expect(other.scores == whole.scores)
      let drafts = Self.drain(other)
      #expect(Self.text(drafts) == Self.text(Self.drain(whole)))
      #expect(drafts.contains { $0.condition == .gap && $0.transition.phase == .start })
      #expect(other.snapshot()[0].phase == .learnt)
    }
  }

  @Test("writing a state allocates nothing")
  func allocations() throws {
    let shard = Self.shard(try TestModel.beats())
    shard.scores = nil
    let player = Player.synthetic(seconds: 60)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(packets: 90, to: shard)
    shard.flush()
    _ = Self.drain(shard)
    var state = StateCoder(capacity: Self.capacity)
    #expect(shard.save(slot: 0, into: &state))
    #expect(state.count < 60_000, "\(state.count) bytes a stream")
    state.reset()
    let before = allocation_count()
    let isSaved = shard.save(slot: 0, into: &state)
    #expect(allocation_count() - before == 0)
    #expect(isSaved)
  }

  @Test("a state is not written while windows of the stream wait in the batch")
  func waits() throws {
    let plan = try TestModel.sliding()
    let shard = Shard(plan, AlarmSettings(), maximumWindows: 1000)
    let player = Player.synthetic(seconds: 10)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(packets: 90, to: shard)
    var state = StateCoder(capacity: Self.capacity)
    #expect(!shard.save(slot: 0, into: &state))
    #expect(state.count == 0)
    shard.flush()
    #expect(shard.save(slot: 0, into: &state))
  }

  @Test("with another mains filter what was learnt stays, and the signal path begins anew")
  func otherPath() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 120)
    let shard = Self.shard(plan)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(0..<(360 * 60), packets: 90, to: shard)
    let state = Self.bytes(of: shard)
    let sixty = try ModelPlan(plan.model, mainsHz: 60, learningSeconds: 30)
    let other = try Self.restored(state, sixty)
    player.send((360 * 60)..<player.samples.count, packets: 90, to: other)
    other.flush()
    #expect(other.snapshot()[0].phase == .learnt)
    #expect(other.scores?.contains { $0.score != nil } == true)
    #expect(Self.drain(other).allSatisfy { $0.condition.kind == .physiological })
  }

  @Test("a state that is damaged, of another size or of another model's sizes is refused")
  func damaged() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 40)
    let shard = Self.shard(plan)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(packets: 90, to: shard)
    let state = Self.bytes(of: shard)
    #expect(throws: RestoreError.self) {
      try Self.restored(Array(state.prefix(state.count / 2)), plan)
    }
    // Changed bytes may pass here, the checksum is the file's; they must not crash.
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      var bytes = state
      for _ in 0..<4 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255)
      }
      _ = try? Self.restored(bytes, plan)
    }
  }

  @Test("an alarm that operators know of goes on, and one whose end they know of is over")
  func agreement() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 60)
    let shard = Self.shard(plan)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(0..<(360 * 50), packets: 90, to: shard)
    player.send((360 * 51)..<(360 * 52), packets: 90, to: shard)
    #expect(shard.snapshot()[0].active == [.gap])
    let state = Self.bytes(of: shard)

    let same = try Self.restored(state, plan)
    let gap = OpenAlarm(condition: .gap, onset: SampleNumber(18_000), told: SampleNumber(18_360))
    same.agree(slot: 0, with: [gap])
    #expect(same.snapshot()[0].active == [.gap])
    same.agree(slot: 0, with: [])
    #expect(same.snapshot()[0].active == [])
    let off = OpenAlarm(condition: .leadOff, onset: SampleNumber(1), told: SampleNumber(2))
    same.agree(slot: 0, with: [off])
    #expect(same.snapshot()[0].active == [.leadOff])
    #expect(Self.drain(same).isEmpty)
    // It ends by the samples, as any other.
    player.send((360 * 52)..<player.samples.count, packets: 90, to: same)
    let ends = Self.drain(same).filter { $0.condition == .leadOff }
    #expect(ends.last?.transition.phase == .end)
  }

  @Test("an acknowledgement told after the state was saved holds, and so does one that ran out")
  func agreementOfAcknowledgements() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 60)
    let shard = Self.shard(plan)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(0..<7200, packets: 90, to: shard)
    shard.refused(slot: 0)
    var told = OpenAlarm(
      condition: .badPackets, onset: SampleNumber(7199), told: SampleNumber(7199))
    told.acknowledgedUntil = SampleNumber(7199 + 360 * 12)
    told.acknowledgedBy = "nurse 7"
    let state = Self.bytes(of: shard)
    let other = try Self.restored(state, plan)
    other.agree(slot: 0, with: [told])
    // Refused once more, so that it goes on.
    player.send(7200..<9000, packets: 90, to: other, sequence: 10_000)
    other.refused(slot: 0)
    #expect(other.pause(slot: 0, seconds: 1, by: nil))
    let paused = Self.drain(other).last { $0.condition == .badPackets }
    #expect(paused?.presence == .acknowledged)
    #expect(paused?.acknowledged?.by == "nurse 7")

    let acknowledged = Self.bytes(of: other)
    let again = try Self.restored(acknowledged, plan)
    told.acknowledgedUntil = nil
    told.isEscalated = true
    again.agree(slot: 0, with: [told])
    #expect(again.pause(slot: 0, seconds: 1, by: nil))
    let on = Self.drain(again).last { $0.condition == .badPackets }
    #expect(on?.presence == .on)
    #expect(on?.isEscalated == true)
  }

  @Test("another patient is learnt anew, told by an alert that ends when that is done")
  func patientChange() throws {
    let plan = try TestModel.beats()
    let player = Player.synthetic(seconds: 120)
    let shard = Self.shard(plan)
    try shard.admit(slot: 0, rate: player.rate)
    let change = 360 * 60
    player.send(0..<change, packets: 90, to: shard)
    #expect(shard.snapshot()[0].phase == .learnt)
    _ = Self.drain(shard)
    shard.scores = []
    shard.changePatient(slot: 0, at: SampleNumber(Int64(change)))
    #expect(shard.snapshot()[0].references.isEmpty)
    #expect(shard.snapshot()[0].learning == 0)
    player.send(change..<player.samples.count, packets: 90, to: shard)
    shard.flush()
    let told = Self.drain(shard).filter { $0.condition == .patientChange }
    #expect(told.map(\.transition.phase) == [.start, .end])
    #expect(told[0].transition.onset == SampleNumber(Int64(change)))
    #expect(shard.snapshot()[0].counters.patientChanges == 1)
    // As if the stream had begun there.
    let fresh = Self.shard(plan)
    try fresh.admit(slot: 0, rate: player.rate)
    player.send(change..<player.samples.count, packets: 90, to: fresh)
    fresh.flush()
    let own = shard.scores?.filter { $0.start >= SampleNumber(Int64(change)) }.map(\.score)
    #expect(own == fresh.scores?.map(\.score))
  }
}
