import ECGAlarm
import ECGCore
import ECGModel
import ECGRecords
import ECGSignal
import PipelineTesting
import Testing

@testable import ECGPipeline

@Suite("Which lead is judged") struct LeadWatchTests {
  private static let good = Quality(index: 1, reason: .good)
  private static let noisy = Quality(index: 0.3, reason: .muscle)
  private static let off = Quality(index: 0, reason: .flat)

  /// The seconds at which another lead was chosen, and which.
  private func changes(
    _ seconds: Int, _ quality: (Int, Int) -> Quality
  ) -> [[Int]] {
    var watch = LeadWatch()
    var found: [[Int]] = []
    for second in 0..<seconds {
      var others = InlineArray<3, Quality?>(repeating: nil)
      if watch.isScouting {
        for i in 0..<3 where i != watch.judged { others[i] = quality(i, second) }
      }
      let next = watch.process(
        quality: quality(watch.judged, second), others: others, least: 0.5)
      if let next { found.append([second, next]) }
    }
    return found
  }

  @Test func aLeadThatIsOfUseIsLeftForNoBetterOne() {
    let fair = Quality(index: 0.55, reason: .muscle)
    #expect(changes(1000) { lead, _ in lead == 0 ? fair : Self.good } == [])
  }

  @Test(arguments: [Self.off, Self.noisy])
  func aLeadThatIsOfNoUseIsLeftForTheBestOfTheOthersWithinSeconds(_ bad: Quality) {
    let second = Quality(index: 0.7, reason: .muscle)
    let found = changes(30) { lead, time in
      time < 10 || lead == 2 ? Self.good : lead == 1 ? second : bad
    }
    #expect(found == [[15, 2]])
  }

  @Test func whereNoLeadIsOfUseThePreferredOneStays() {
    #expect(changes(1000) { _, _ in Self.off } == [])
  }

  @Test func thePreferredLeadIsJudgedAgainOnceItHasBeenGoodForAMinute() {
    let found = changes(200) { lead, time in
      lead == 0 && (5..<40).contains(time) ? Self.off : Self.good
    }
    #expect(found.map { $0[1] } == [1, 0])
    #expect(found[1][0] == 40 + LeadWatch.returnSeconds - 1)
  }

  @Test func aLooseElectrodeDoesNotTakeTheJudgeAlongEachTime() {
    let found = changes(600) { lead, time in
      lead == 0 && time % 30 < 10 ? Self.off : Self.good
    }
    #expect(found.map { $0[1] } == [1])
  }
}

/// A stream of several leads through the whole pipeline.
@Suite struct LeadChangeTests {
  /// Two leads of one heart: the second is smaller and upside down.
  private struct Bed {
    var leads: [[Float]]
    let rate: SampleRate

    init(seconds: Double) {
      var parameters = SyntheticParameters(seconds: seconds, seed: 5)
      parameters.noiseEpisodesPerMinute = 0
      parameters.leadOffEpisodesPerMinute = 0
      let recording = SyntheticECG(parameters).recording
      leads = [recording.leads[0].samples, recording.leads[0].samples.map { -0.6 * $0 }]
      rate = recording.sampleRate
    }

    func place(_ seconds: Double) -> Int { rate.samples(seconds: seconds) }

    mutating func takeOff(_ lead: Int, _ range: Range<Double>) {
      for i in place(range.lowerBound)..<place(range.upperBound) { leads[lead][i] = .nan }
    }

    func play(to shard: Shard, packets size: Int) {
      var at = 0
      var sequence: UInt64 = 0
      while at < leads[0].count {
        let count = min(size, leads[0].count - at)
        let both = leads.flatMap { $0[at..<(at + count)] }
        shard.take(
          both.span,
          at: PacketPlace(
            session: 1, sequence: sequence, first: SampleNumber(Int64(at)), count: count),
          deviceTimeNs: 0, slot: 0, receivedNs: 1)
        sequence += 1
        at += count
      }
      shard.flush()
    }
  }

  private func drafts(_ bed: Bed, packets size: Int = 90) throws -> [AlertDraft] {
    let shard = Shard(
      try ModelPlan(TestModel.slidingModel(learningSeconds: 8, limit: 0.8), mainsHz: nil),
      AlarmSettings(), maximumWindows: 8)
    try shard.admit(slot: 0, rate: bed.rate, leads: bed.leads.count)
    bed.play(to: shard, packets: size)
    return shard.drafts
  }

  private static func line(_ draft: AlertDraft) -> String {
    "\(draft.condition) \(draft.transition) \(draft.lead) \(draft.cause) \(draft.quality) "
      + "\(draft.score.map { "\($0)" } ?? "-")"
  }

  @Test func anotherLeadIsJudgedWhileThePreferredOneIsOffAndEveryAlertSaysWhich() throws {
    var bed = Bed(seconds: 150)
    bed.takeOff(0, 30.0..<50.0)
    let drafts = try drafts(bed)
    let changes = drafts.filter { $0.condition == .leadChange }
    #expect(changes.map(\.transition.phase).filter { $0 != .continue } == [.start, .end])
    let start = try #require(changes.first)
    #expect(start.lead == 1)
    #expect(start.quality.isLeadOff, "it tells why")
    let began = Double(start.transition.detection.rawValue) / bed.rate.hertz
    #expect((33...42).contains(began), "\(began)")
    let end = try #require(changes.last)
    #expect(end.lead == 0)
    let ended = Double(end.transition.detection.rawValue) / bed.rate.hertz
    #expect((110...116).contains(ended), "\(ended)")
    let off = drafts.filter { $0.condition == .leadOff }
    #expect(off.map(\.transition.phase) == [.start, .end])
    #expect(off.allSatisfy { $0.lead == 0 })
    #expect(off.last?.transition.detection == start.transition.detection)
    for draft in drafts {
      let at = draft.transition.detection
      if at > start.transition.detection, at < end.transition.detection {
        #expect(draft.lead == 1, "\(Self.line(draft))")
      }
    }
  }

  @Test(arguments: [1, 64, 359, 5000])
  func packetsOfAnySizeGiveTheSameAlerts(_ size: Int) throws {
    var bed = Bed(seconds: 60)
    bed.takeOff(0, 20.0..<45.0)
    let alerts = try drafts(bed, packets: size).map(Self.line)
    #expect(try alerts == drafts(bed, packets: 360).map(Self.line))
    #expect(alerts.contains { $0.hasPrefix("leadChange") })
  }

  @Test func anAsystoleIsSeenOnTheOtherLeadAndNotWhereBothAreOff() throws {
    var bed = Bed(seconds: 70)
    bed.takeOff(0, 20.0..<70.0)
    // The heart stops, and the other electrode goes on to carry its noise.
    for i in bed.place(45)..<bed.place(55) {
      bed.leads[1][i] = 0.01 * Float(i % 7 - 3)
    }
    let seen = try drafts(bed).filter { $0.condition == .asystole }
    #expect(seen.first?.transition.phase == .start)
    #expect(seen.first?.lead == 1)
    bed.takeOff(1, 45.0..<70.0)
    #expect(try drafts(bed).contains { $0.condition == .asystole } == false)
  }

  @Test func whatWasLearntOnALeadIsKnownWhenItIsJudgedAgain() throws {
    var bed = Bed(seconds: 130)
    bed.takeOff(0, 30.0..<40.0)
    let shard = Shard(
      try ModelPlan(TestModel.slidingModel(learningSeconds: 8, limit: 0.8), mainsHz: nil),
      AlarmSettings(), maximumWindows: 8)
    try shard.admit(slot: 0, rate: bed.rate, leads: 2)
    shard.scores = []
    bed.play(to: shard, packets: 90)
    #expect(shard.snapshot()[0].lead == 0)
    let back = try #require(
      shard.drafts.last { $0.condition == .leadChange }?.transition.detection)
    let next = try #require(shard.scores?.first { $0.start > back })
    #expect(next.score != nil, "nothing is learnt anew")
    let other = try #require(
      shard.drafts.first { $0.condition == .leadChange }?.transition.detection)
    let first = try #require(shard.scores?.first { $0.start > other })
    #expect(first.score == nil, "the other lead is learnt first")
  }
}
