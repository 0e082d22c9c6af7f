import ECGCore
import ECGPipeline
import ECGRecords
import PipelineTesting
import Testing

/// The beats that only a recording's end keeps from being told.
@Suite struct EndingTests {
  private func shard(playing samples: [Float]) throws -> Shard {
    let player = Player(samples: samples)
    let shard = Shard(try TestModel.beats(), AlarmSettings(), maximumWindows: 8)
    shard.detections = []
    shard.scores = []
    try shard.admit(slot: 0, rate: player.rate)
    player.send(packets: 100, to: shard)
    shard.flush()
    return shard
  }

  @Test(arguments: [0.1, 0.2, 0.3, 0.4, 0.55, 0.75])
  func aBeatJustBeforeTheEndIsFound(secondsBefore: Double) throws {
    let ecg = SyntheticECG(SyntheticParameters(seconds: 60, seed: 3))
    let beats = ecg.annotations.classifiedBeats.map(\.sample)
    let last = beats[beats.count - 4]
    let end = Int(last) + Int(secondsBefore * 360)
    let shard = try shard(playing: Array(ecg.recording.leads[0].samples[..<end]))
    let (told, scored, drafts) = (shard.detections!, shard.scores!, shard.drafts.count)
    let ending = shard.beatsAtTheEnd(slot: 0)
    let found = (told + ending).filter { abs($0.beat.rawValue - last) <= 54 }
    #expect(found.count == 1)
    #expect(ending.allSatisfy { $0.beat.rawValue < end })
    // Each beat once, and nothing of the stream has changed.
    #expect(Set((told + ending).map(\.beat)).count == told.count + ending.count)
    #expect(shard.detections == told && shard.scores == scored && shard.drafts.count == drafts)
    #expect(shard.beatsAtTheEnd(slot: 0) == ending)
  }

  @Test func aStreamWithoutSamplesHasNone() throws {
    #expect(try shard(playing: []).beatsAtTheEnd(slot: 0).isEmpty)
  }
}
