import CAllocationCounter
import ECGAlarm
import ECGCore
import ECGPipeline
import PipelineTesting
import Testing

@Suite struct ShardTests {
  private func shard(
    _ plan: ModelPlan, rate: SampleRate, maximumWindows: Int = 32, k: Int = 2, n: Int = 5,
    streams: Int = 1
  ) throws -> Shard {
    var settings = AlarmSettings()
    settings.k = k
    settings.n = n
    let shard = Shard(plan, settings, maximumWindows: maximumWindows)
    shard.scores = []
    for slot in 0..<streams { try shard.admit(slot: slot, rate: rate) }
    return shard
  }

  /// What a draft says of the samples: everything but when its packet came in.
  private func facts(_ shard: Shard) -> [String] {
    shard.drafts.map { draft in
      var copy = draft
      copy.receivedNs = 0
      return "\(copy)"
    }
  }

  @Test(arguments: [true, false])
  func howSamplesAreCutAndBatchedChangesNothing(beats: Bool) throws {
    let player = Player.synthetic()
    let plan = try beats ? TestModel.beats() : TestModel.sliding()
    let reference = try shard(plan, rate: player.rate)
    player.send(packets: 360, to: reference)
    reference.dischargeAll()
    let scores = try #require(reference.scores)
    #expect(scores.contains { $0.score != nil })
    for (size, batch) in [(1, 32), (37, 1), (500, 5), (43_200, 24)] {
      let other = try shard(plan, rate: player.rate, maximumWindows: batch)
      player.send(packets: size, to: other)
      other.dischargeAll()
      #expect(other.scores == scores, "packets of \(size), batches of \(batch)")
      #expect(facts(other) == facts(reference), "packets of \(size), batches of \(batch)")
    }
  }

  @Test func toBeToldWhatComesNextChangesNothingAndAllocatesNothing() throws {
    let player = Player.synthetic(seconds: 90)
    let plan = try TestModel.beats()
    let (plain, told) = (try shard(plan, rate: player.rate), try shard(plan, rate: player.rate))
    var allocations: UInt64 = 0
    for start in stride(from: 0, to: player.samples.count, by: 36) {
      let range = start..<min(start + 36, player.samples.count)
      player.send(range, packets: 36, to: plain, sequence: UInt64(start))
      let before = allocation_count()
      told.expect(next: 0, afterNext: 0)
      told.expect(next: 7, afterNext: 1_000_000)
      allocations += allocation_count() - before
      player.send(range, packets: 36, to: told, sequence: UInt64(start))
    }
    for one in [plain, told] { one.dischargeAll() }
    #expect(told.scores == plain.scores)
    #expect(facts(told) == facts(plain))
    #expect(allocations == 0)
  }

  @Test func aStreamIsJudgedAloneAsItIsAmongOthers() throws {
    let plan = try TestModel.sliding()
    let player = Player.synthetic(seconds: 60)
    let alone = try shard(plan, rate: player.rate)
    player.send(packets: 50, to: alone)
    alone.dischargeAll()
    let ward = try shard(plan, rate: player.rate, maximumWindows: 7, streams: 3)
    for start in stride(from: 0, to: player.samples.count, by: 50) {
      for slot in 0..<3 {
        player.send(
          start..<min(start + 50, player.samples.count), packets: 50, to: ward, slot: slot,
          sequence: UInt64(start))
      }
    }
    ward.dischargeAll()
    for slot in 0..<3 {
      let own = ward.scores!.filter { $0.slot == slot }.map(\.score)
      #expect(own == alone.scores!.map(\.score))
    }
  }

  @Test(arguments: [true, false])
  func nothingIsAllocatedBetweenThePacketAndTheScore(beats: Bool) throws {
    let player = Player.synthetic()
    let plan = try beats ? TestModel.beats(learningSeconds: 20) : TestModel.sliding()
    // The language's runtime keeps what it looks up about types the first time that they are used
    // in a process: another shard uses them all before the counting.
    let warmUp = try self.shard(plan, rate: player.rate, maximumWindows: 8, k: 5, n: 5)
    warmUp.scores = nil
    player.send(packets: 36, to: warmUp)
    let shard = try self.shard(plan, rate: player.rate, maximumWindows: 8, k: 5, n: 5)
    shard.scores = nil
    let before = allocation_count()
    player.send(packets: 36, to: shard)
    shard.flush()
    #expect(allocation_count() - before == 0)
    let counters = shard.snapshot()[0].counters
    #expect(counters.samples == UInt64(player.samples.count))
    #expect(counters.windows > 50)
  }

  @Test func withoutTimeToScoreBeatsAreFoundAndTheirWindowsCountedAsShed() throws {
    let player = Player.synthetic(seconds: 60)
    let shard = try shard(TestModel.sliding(), rate: player.rate)
    for start in stride(from: 0, to: player.samples.count, by: 360) {
      shard.take(
        player.samples.span.extracting(start..<(start + 360)),
        at: PacketPlace(
          session: 1, sequence: UInt64(start), first: SampleNumber(Int64(start)), count: 360),
        deviceTimeNs: 0, slot: 0, receivedNs: 1, scoring: !(10_800..<14_400).contains(start))
    }
    shard.flush()
    let counters = shard.snapshot()[0].counters
    #expect(counters.shedWindows > 50)
    #expect(counters.beats > 50)
    #expect(counters.samples == UInt64(player.samples.count))
    let scores = try #require(shard.scores)
    #expect(!scores.contains { (11_200..<14_000).contains($0.end.rawValue) })
    #expect(scores.contains { $0.end.rawValue > 15_000 })
  }

  @Test(arguments: [500, 6000]) func samplesThatWereLostAreAGapThatNoScoredWindowSpans(
    lost: Int
  ) throws {
    let player = Player.synthetic(seconds: 90)
    let shard = try shard(TestModel.sliding(), rate: player.rate)
    let next = 10_000 + lost
    player.send(0..<10_000, packets: 100, to: shard)
    player.send(next..<player.samples.count, packets: 100, to: shard, sequence: 200)
    shard.flush()
    let counters = shard.snapshot()[0].counters
    #expect(counters.gaps == 1)
    #expect(counters.lost == UInt64(lost))
    #expect(counters.missing == 0)
    #expect(
      !shard.scores!.contains {
        $0.score != nil && $0.start.rawValue < 10_000 && $0.end.rawValue >= next
      })
    #expect(shard.scores!.contains { $0.score != nil && $0.start.rawValue >= next })
    #expect(shard.drafts.map(\.condition) == [.gap, .gap])
    #expect(shard.drafts.map(\.transition.phase) == [.start, .end])
    #expect(shard.drafts[0].transition.detection == SampleNumber(Int64(next)))
  }

  @Test func samplesThatWereLostAreAsGoodAsSamplesSentAsMissing() throws {
    let player = Player.synthetic(seconds: 60)
    let lossy = try shard(TestModel.sliding(), rate: player.rate)
    player.send(0..<10_000, packets: 100, to: lossy)
    player.send(10_050..<player.samples.count, packets: 100, to: lossy, sequence: 200)
    lossy.flush()
    var samples = player.samples
    for i in 10_000..<10_050 { samples[i] = .nan }
    let told = try shard(TestModel.sliding(), rate: player.rate)
    Player(samples: samples).send(packets: 100, to: told)
    told.flush()
    #expect(lossy.scores == told.scores)
    #expect(lossy.snapshot()[0].counters.beats == told.snapshot()[0].counters.beats)
  }

  @Test func duplicateAndLatePacketsAreCountedAndChangeNothing() throws {
    let player = Player.synthetic(seconds: 40)
    let plan = try TestModel.sliding()
    let clean = try shard(plan, rate: player.rate)
    player.send(packets: 100, to: clean)
    clean.flush()
    let disturbed = try shard(plan, rate: player.rate)
    player.send(0..<5000, packets: 100, to: disturbed)
    player.send(4900..<5000, packets: 100, to: disturbed, sequence: 49)
    player.send(1000..<1100, packets: 100, to: disturbed, sequence: 10)
    player.send(4950..<player.samples.count, packets: 100, to: disturbed, sequence: 50)
    disturbed.flush()
    #expect(disturbed.scores == clean.scores)
    let counters = disturbed.snapshot()[0].counters
    #expect(counters.duplicates == 1)
    #expect(counters.late == 1)
    #expect(counters.trimmed == 50)
  }

  @Test func aLeadWithoutSamplesIsATechnicalAlarmAndHoldsBackTheOther() throws {
    var samples = Player.synthetic(seconds: 60).samples
    for i in 10_000..<16_000 { samples[i] = .nan }
    let player = Player(samples: samples)
    let shard = try shard(TestModel.sliding(), rate: player.rate)
    player.send(packets: 100, to: shard)
    shard.flush()
    let off = shard.drafts.filter { $0.condition == .leadOff }
    #expect(off.map(\.transition.phase) == [.start, .end])
    #expect((10_000...12_000).contains(off[0].transition.detection.rawValue))
    #expect(shard.snapshot()[0].counters.missing == 6000)
    let judged = shard.scores!.filter { $0.score != nil }
    #expect(!judged.contains { $0.start.rawValue > 10_400 && $0.end.rawValue < 15_600 })
  }

  @Test func aSilentStreamIsAlarmedByWallTimeAndClearedByTheNextPacket() throws {
    let player = Player.synthetic(seconds: 10)
    let shard = try shard(TestModel.sliding(), rate: player.rate)
    player.send(0..<1000, packets: 100, to: shard)
    shard.tick(nowNs: 4_000_000_000)
    #expect(shard.drafts.isEmpty)
    shard.tick(nowNs: 6_000_000_000)
    shard.tick(nowNs: 7_000_000_000)
    #expect(shard.drafts.map(\.condition) == [.streamSilent])
    player.send(1000..<1100, packets: 100, to: shard, sequence: 10)
    #expect(shard.drafts.map(\.transition.phase) == [.start, .end])
  }

  @Test func aChangedLayoutForgetsThePatientAndSaysSo() throws {
    let player = Player.synthetic(seconds: 60)
    let shard = try shard(TestModel.sliding(learningSeconds: 10), rate: player.rate)
    player.send(0..<10_000, packets: 100, to: shard)
    shard.flush()
    #expect(shard.snapshot()[0].learning == 1)
    try shard.changeLayout(
      slot: 0, rate: SampleRate(millihertz: 250_000), at: SampleNumber(10_000))
    #expect(shard.snapshot()[0].learning == 0)
    player.send(10_000..<player.samples.count, packets: 100, to: shard, sequence: 100)
    shard.flush()
    let changes = shard.drafts.filter { $0.condition == .layoutChange }
    #expect(changes.map(\.transition.phase) == [.start, .end])
  }

  @Test func dischargeEndsEveryAlarmThatIsOn() throws {
    let player = Player.synthetic(seconds: 20)
    let shard = try shard(TestModel.sliding(), rate: player.rate)
    player.send(0..<1000, packets: 100, to: shard)
    player.send(2000..<2100, packets: 100, to: shard, sequence: 20)
    shard.discharge(slot: 0)
    #expect(shard.drafts.map(\.transition.phase) == [.start, .end])
    #expect(shard.streamCount == 0)
  }
}
