import ECGAlarm
import ECGCore
import ECGPipeline
import ECGRecords
import Foundation
import PipelineTesting
import Testing

/// Alarms about beats and rhythm, from samples to drafts.
@Suite struct BeatAlarmTests {
  private typealias Wave = (at: Double, height: Double, width: Double)
  private static let normal: [Wave] = [
    (-0.16, 0.12, 0.025), (0, 1.0, 0.011), (0.03, -0.25, 0.012), (0.26, 0.28, 0.05),
  ]
  /// Wide, without a P wave, its T wave discordant.
  private static let ventricular: [Wave] = [
    (-0.16, 0, 0.025), (0, 1.5, 0.045), (0.09, -0.5, 0.045), (0.3, -0.45, 0.06),
  ]

  /// Beats drawn with bumps, at the given intervals in seconds, `part` of the way from a normal
  /// beat to a ventricular one.
  private func ecg(_ intervals: [Double], part: (Int) -> Double = { _ in 0 }) -> [Float] {
    let rate = 360.0
    let total = intervals.reduce(0, +) + 1
    var samples = [Float](repeating: 0, count: Int(total * rate))
    var generator = SystemRandom(state: 9)
    for i in samples.indices { samples[i] = Float(0.01 * generator.next()) }
    var time = 0.5
    for (beat, interval) in intervals.enumerated() {
      let part = part(beat)
      for (a, b) in zip(Self.normal, Self.ventricular) {
        let centre = (time + a.at + part * (b.at - a.at)) * rate
        let height = a.height + part * (b.height - a.height)
        let width = a.width + part * (b.width - a.width)
        for i in max(0, Int(centre - 72))..<min(samples.count, Int(centre + 72)) {
          let t = (Double(i) - centre) / rate / width
          samples[i] += Float(height * exp(-t * t / 2))
        }
      }
      time += interval
    }
    return samples
  }

  private struct SystemRandom {
    var state: UInt64
    /// -1...1
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
    }
  }

  private func drafts(_ samples: [Float]) throws -> [AlertDraft] {
    let player = Player(samples: samples)
    let shard = Shard(try TestModel.beats(), AlarmSettings(), maximumWindows: 8)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(packets: 90, to: shard)
    shard.dischargeAll()
    return shard.drafts
  }

  @Test func anOrderlessRhythmIsOneAlarmAndItsBeatsAreNone() throws {
    var generator = SystemRandom(state: 4)
    let steady = [Double](repeating: 0.8, count: 150)
    let wild = (0..<300).map { _ in 0.72 + 0.3 * generator.next() }
    let all = try drafts(ecg(steady + wild + [Double](repeating: 0.8, count: 200)))
    let rhythm = all.filter {
      $0.condition == .atrialFibrillation && $0.transition.phase != .continue
    }
    #expect(rhythm.map(\.transition.phase) == [.start, .end])
    // Told some fifty beats after the order was lost; the onset is where they lie.
    let told = Double(rhythm[0].transition.detection.rawValue) / 360
    #expect((140...175).contains(told))
    #expect(
      rhythm[0].transition.onset.rawValue < rhythm[0].transition.detection.rawValue - 30 * 200)
    let during = all.filter {
      $0.condition == .abnormalBeats && $0.transition.phase == .start
        && $0.transition.detection > rhythm[0].transition.detection
    }
    #expect(during.isEmpty)
  }

  @Test func aSteadyRhythmRaisesNothing() throws {
    #expect(try drafts(ecg([Double](repeating: 0.8, count: 300))).isEmpty)
  }

  @Test func aRhythmThatIsVentricularFromTheFirstBeatIsTold() throws {
    // Nothing is unlike the patient's own beats: other patients' speak.
    let all = try drafts(ecg([Double](repeating: 0.75, count: 200)) { _ in 1 })
    let starts = all.filter { $0.condition == .abnormalBaseline && $0.transition.phase == .start }
    #expect(starts.count == 1)
    #expect(starts.first.map { $0.transition.detection.rawValue < 75 * 360 } ?? false)
    // It ends where the patient's own beats come back, and become the usual ones.
    let back = try drafts(
      ecg([Double](repeating: 0.75, count: 420)) { $0 < 100 ? 1 : 0 })
    let phases = back.filter { $0.condition == .abnormalBaseline }.map(\.transition.phase)
    #expect(phases.first == .start && phases.last == .end)
  }

  @Test func aVentricularRunIsToldAtOnceWithWhatSpokeForIt() throws {
    var parameters = SyntheticParameters(seconds: 400, seed: 12)
    parameters.noiseEpisodesPerMinute = 0
    parameters.leadOffEpisodesPerMinute = 0
    parameters.supraventricularShare = 0
    parameters.ventricularShare = 0.03
    parameters.runContinuation = 0.6
    parameters.quietStartSeconds = 60
    let synthetic = SyntheticECG(parameters)
    let all = try drafts(synthetic.recording.leads[0].samples)
    let starts = all.filter { $0.condition == .ventricularRun && $0.transition.phase == .start }
    // Runs of four and more in the truth: each is told before two seconds after its fourth beat.
    var run: [Int64] = []
    var runs = 0
    for beat in synthetic.annotations.annotations {
      run = beat.code == .ventricularPremature ? run + [beat.sample] : []
      guard run.count == 4 else { continue }
      runs += 1
      let first = run[0]
      #expect(
        all.contains {
          $0.condition == .ventricularRun && $0.transition.phase == .start
            && abs($0.transition.onset.rawValue - first) < 3 * 360
            && $0.transition.detection.rawValue < beat.sample + 2 * 360
        }, "run at \(first)")
    }
    #expect(runs > 0)
    for start in starts {
      let explanation = try #require(start.explanation)
      #expect(explanation.part == .shape)
      #expect(explanation.similarity < 0.9)
      #expect((0...1).contains(explanation.share))
      #expect(start.falseAlertsPerHour == AlarmSettings().falseAlertsPerHour)
      #expect(start.worst != nil)
      // The beat lies beside a reference of unit height, and is not it.
      let curves = try #require(start.curves)
      let reference = curves.reference.indices.map { Int(curves.reference[$0]) }
      let beat = curves.beat.indices.map { Int(curves.beat[$0]) }
      #expect((950...1050).contains(reference.max()! - reference.min()!))
      #expect(zip(beat, reference).contains { abs($0 - $1) > 300 })
    }
  }

  @Test func anHoursDriftIntoAVentricularBeatIsToldAndEndsInAnAlarm() throws {
    let learning = 150
    let hour = 4500
    let samples = ecg([Double](repeating: 0.8, count: learning + hour + 200)) {
      min(max(Double($0 - learning) / Double(hour), 0), 1)
    }
    let all = try drafts(samples)
    func starts(_ condition: ConditionName) -> [Double] {
      all.filter { $0.condition == condition && $0.transition.phase == .start }
        .map { Double($0.transition.detection.rawValue) / 360 / 0.8 }
    }
    let drift = try #require(starts(.baselineDrift).first)
    #expect(drift < Double(learning) + 0.75 * Double(hour))
    // The last beats are abnormal ones: what began about them is on until the stream ends.
    let last = Int64(samples.count) - 360 * 10
    let ends = all.filter { $0.condition == .abnormalBeats && $0.transition.phase == .end }
    #expect(!starts(.abnormalBeats).isEmpty)
    #expect(ends.contains { $0.transition.detection.rawValue > last })
  }

  @Test func anotherLeadIsLearntAnew() throws {
    let samples = ecg([Double](repeating: 0.8, count: 150))
    let inverted = samples.map { -0.4 * $0 }
    let player = Player(samples: samples + inverted)
    let shard = Shard(try TestModel.beats(), AlarmSettings(), maximumWindows: 8)
    try shard.admit(slot: 0, rate: player.rate)
    player.send(0..<samples.count, packets: 90, to: shard)
    let before = shard.snapshot()[0]
    #expect(before.phase == .learnt)
    try shard.changeLayout(
      slot: 0, rate: player.rate, at: SampleNumber(Int64(samples.count)))
    #expect(shard.snapshot()[0].phase == .waiting)
    #expect(shard.snapshot()[0].references.isEmpty)
    player.send(
      samples.count..<player.samples.count, packets: 90, to: shard, sequence: 10_000)
    shard.flush()
    let after = shard.snapshot()[0]
    #expect(after.phase == .learnt)
    #expect(after.references.count == 1)
    #expect(
      abs(after.references[0].amplitudeMillivolts / before.references[0].amplitudeMillivolts - 0.4)
        < 0.05)
    #expect(!shard.drafts.contains { $0.condition == .abnormalBeats })
  }
}
