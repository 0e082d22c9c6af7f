import CAllocationCounter
import ECGAlarm
import ECGCore
import ECGModel
import ECGPipeline
import PipelineTesting
import Testing

/// Keeps strips, with room made beforehand; refuses as many as told.
private final class Box: StripSink {
  var strips: [Strip] = []
  var signals: [[Float]] = []
  var reconstructions: [[Float]] = []
  var refusals = 0
  var keeps = true
  var count = 0

  func take(_ strip: Strip, ecg: Span<Float>, reconstruction: Span<Float>) -> Bool {
    guard refusals == 0 else {
      refusals -= 1
      return false
    }
    count += 1
    guard keeps else { return true }
    strips.append(strip)
    signals.append((0..<strip.count).map { ecg[$0] })
    reconstructions.append((0..<strip.count).map { reconstruction[$0] })
    return true
  }
}

@Suite struct StripTests {
  private func play(_ box: Box, packets: Int, seconds: Double = 60) throws -> [AlertDraft] {
    let player = Player.synthetic(seconds: seconds, seed: 3)
    var settings = AlarmSettings()
    settings.limit = 0.8
    settings.k = 2
    settings.n = 5
    let shard = Shard(
      try ModelPlan(TestModel.slidingModel(learningSeconds: 8, limit: 0.8), mainsHz: 50),
      settings, maximumWindows: 8)
    shard.stripSink = box
    try shard.admit(slot: 0, rate: player.rate)
    player.send(packets: packets, to: shard)
    shard.discharge(slot: 0)
    return shard.drafts
  }

  @Test func everyAlarmHasOneStripAroundItsOnset() throws {
    let box = Box()
    let starts = try play(box, packets: 36).filter { $0.transition.phase == .start }
    try #require(!starts.isEmpty)
    #expect(Set(box.strips.map(\.alarmNumber)) == Set(starts.map(\.alarmNumber)))
    #expect(box.strips.count == starts.count)
    for (strip, i) in zip(box.strips, 0...) {
      let start = try #require(starts.first { $0.alarmNumber == strip.alarmNumber })
      #expect(strip.onset == start.transition.onset)
      #expect(strip.onsetTimeNs == start.onsetTimeNs)
      #expect(strip.count <= 2560)
      if strip.isWhole {
        #expect(strip.count == 2560)
        #expect(strip.onsetIndex == 1280)
        // From 10 s before: 3600 samples of the stream, to within one of the model's samples.
        #expect(abs(strip.onset.rawValue - strip.first.rawValue - 3600) <= 3)
        let made = box.reconstructions[i].count { $0.isFinite }
        #expect(made > 2000, "reconstruction \(made)")
      }
    }
    #expect(box.strips.contains { $0.isWhole })
  }

  @Test func howSamplesAreCutChangesNothingInAStrip() throws {
    let reference = Box()
    _ = try play(reference, packets: 36)
    for size in [1, 37, 500] {
      let box = Box()
      _ = try play(box, packets: size)
      #expect(box.signals == reference.signals, "packets of \(size)")
      #expect(box.strips.map(\.first) == reference.strips.map(\.first))
    }
  }

  @Test func aStripThatFindsNoRoomIsOfferedAgain() throws {
    let reference = Box()
    _ = try play(reference, packets: 36)
    let box = Box()
    box.refusals = 2
    _ = try play(box, packets: 36)
    #expect(box.refusals == 0)
    #expect(Set(box.strips.map(\.alarmNumber)) == Set(reference.strips.map(\.alarmNumber)))
  }

  @Test func awaitingAndCuttingStripsAllocatesNothing() throws {
    let player = Player.synthetic(seconds: 60, seed: 3)
    let box = Box()
    box.keeps = false
    var settings = AlarmSettings()
    settings.limit = 0.8
    settings.k = 2
    settings.n = 5
    let shard = Shard(
      try ModelPlan(TestModel.slidingModel(learningSeconds: 8, limit: 0.8), mainsHz: 50),
      settings, maximumWindows: 8)
    shard.stripSink = box
    try shard.admit(slot: 0, rate: player.rate)
    let half = player.samples.count / 4
    player.send(0..<half, packets: 36, to: shard)
    let strips = box.count
    let before = allocation_count()
    player.send(half..<player.samples.count, packets: 36, to: shard, sequence: UInt64(half / 36))
    #expect(allocation_count() - before == 0)
    #expect(box.count > strips, "strips were cut meanwhile")
  }
}
