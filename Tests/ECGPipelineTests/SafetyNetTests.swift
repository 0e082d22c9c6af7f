import ECGAlarm
import ECGCore
import ECGPipeline
import Foundation
import PipelineTesting
import Testing

/// The rule alarms, from samples to drafts, on hearts drawn with bumps.
@Suite struct SafetyNetTests {
  private static let rate = 360.0

  /// Beats at the given times, in seconds, with a little noise; `height` is the R wave's.
  private func ecg(
    seconds: Double, beats: [Double], height: (Double) -> Double = { _ in 1 },
    noise: Double = 0.004
  ) -> [Float] {
    var samples = [Float](repeating: 0, count: Int(seconds * Self.rate))
    var state: UInt64 = 5
    for i in samples.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      samples[i] = Float(noise * (Double(state >> 40) / Double(1 << 24) - 0.5) * 2)
    }
    for beat in beats {
      for (at, size, width) in [
        (-0.16, 0.12, 0.025), (0, 1.0, 0.011), (0.03, -0.25, 0.012), (0.26, 0.28, 0.05),
      ] {
        let centre = (beat + at) * Self.rate
        for i in max(0, Int(centre - 72))..<max(0, min(samples.count, Int(centre + 72))) {
          let t = (Double(i) - centre) / Self.rate / width
          samples[i] += Float(height(beat) * size * exp(-t * t / 2))
        }
      }
    }
    return samples
  }

  private func beats(_ range: Range<Double>, every interval: Double) -> [Double] {
    Array(stride(from: range.lowerBound + 0.5, to: range.upperBound, by: interval))
  }

  private func drafts(_ samples: [Float], packets: Int = 90, close: Bool = true) throws
    -> [AlertDraft]
  {
    let shard = Shard(try TestModel.beats(), AlarmSettings(), maximumWindows: 16)
    try shard.admit(slot: 0, rate: SampleRate(millihertz: 360_000))
    Player(samples: samples).send(packets: packets, to: shard)
    if close { shard.dischargeAll() } else { shard.flush() }
    return shard.drafts
  }

  private func started(_ drafts: [AlertDraft]) -> Set<ConditionName> {
    Set(drafts.filter { $0.transition.phase == .start }.map(\.condition))
  }

  private func seconds(_ sample: SampleNumber) -> Double { Double(sample.rawValue) / Self.rate }

  @Test func aCalmHeartRaisesNothing() throws {
    let calm = ecg(seconds: 60, beats: beats(0..<60, every: 0.85))
    #expect(started(try drafts(calm)).isEmpty)
  }

  @Test func aHeartThatStopsIsAlarmedWhileThePatientIsStillLearnt() throws {
    // Ten seconds in: nothing is learnt. Standstill from 10 s to 20 s, with a small P wave a second.
    let times = beats(0..<10, every: 0.8) + beats(10..<20, every: 1) + beats(20..<30, every: 0.8)
    let samples = ecg(seconds: 30, beats: times) { (10..<20).contains($0) ? 0.06 : 1 }
    let drafts = try drafts(samples)
    let start = try #require(
      drafts.first { $0.condition == .asystole && $0.transition.phase == .start })
    #expect(abs(seconds(start.transition.onset) - 9.3) < 0.7)
    #expect((12.0...15.5).contains(seconds(start.transition.detection)))
    // It stays, latched, until somebody has seen it.
    let latched = drafts.first { $0.condition == .asystole && $0.cause == .latched }
    #expect((20.0...25.0).contains(seconds(try #require(latched).transition.detection)))
    #expect(!started(drafts).contains(.leadOff))
  }

  @Test(arguments: [Float.nan, 0, 2.5]) func aLeadThatIsOffIsNoAsystole(_ value: Float) throws {
    var samples = ecg(seconds: 40, beats: beats(0..<40, every: 0.8))
    for i in Int(20 * Self.rate)..<Int(30 * Self.rate) { samples[i] = value }
    let started = started(try drafts(samples))
    #expect(started.contains(.leadOff))
    #expect(!started.contains(.asystole))
    #expect(!started.contains(.ventricularFibrillation))
    #expect(!started.contains(.extremeBradycardia))
  }

  @Test func aLeadThatComesOffDuringAnAsystoleDoesNotSilenceIt() throws {
    var samples = ecg(seconds: 40, beats: beats(0..<20, every: 0.8))
    for i in Int(28 * Self.rate)..<samples.count { samples[i] = .nan }
    let found = try drafts(samples, close: false)
    #expect(started(found).isSuperset(of: [.asystole, .leadOff]))
    #expect(!found.contains { $0.condition == .asystole && $0.cause == .latched })
    #expect(!found.contains { $0.condition == .asystole && $0.transition.phase == .end })
  }

  /// The level rises by some three millivolts within half a second and creeps back, as after an
  /// electrode's lost contact.
  private func shaken(_ samples: [Float], at seconds: Double) -> [Float] {
    var samples = samples
    for i in Int(seconds * Self.rate)..<samples.count {
      let t = Double(i) / Self.rate - seconds
      samples[i] += Float(4 * (1 - exp(-t / 0.2)) * exp(-t / 1.3))
    }
    return samples
  }

  @Test func anElectrodeThatLosesItsHoldForAMomentIsNoAsystole() throws {
    let times = beats(0..<20, every: 0.8) + beats(24.6..<40, every: 0.8)
    let samples = ecg(seconds: 40, beats: times)
    #expect(started(try drafts(samples)).contains(.asystole))
    let started = started(try drafts(shaken(samples, at: 20.4)))
    #expect(started.isDisjoint(with: [.asystole, .pause, .extremeBradycardia]))
  }

  @Test func anElectrodeThatLosesItsHoldDelaysAnAsystoleByFiveSecondsAtMost() throws {
    var samples = ecg(seconds: 60, beats: beats(0..<20, every: 0.8))
    // It goes on losing it: that counts only once.
    for seconds in [20.4, 25.0, 30.0, 35.0] { samples = shaken(samples, at: seconds) }
    let start = try #require(
      try drafts(samples).first { $0.condition == .asystole && $0.transition.phase == .start })
    #expect((23.0...29.5).contains(seconds(start.transition.detection)))
  }

  @Test func aPauseIsNoAsystole() throws {
    let times = beats(0..<20, every: 0.8) + beats(22.2..<40, every: 0.8)
    let started = started(try drafts(ecg(seconds: 40, beats: times)))
    #expect(started.contains(.pause))
    #expect(!started.contains(.asystole))
  }

  @Test(arguments: [(2.0, ConditionName.extremeBradycardia), (0.36, .extremeTachycardia)])
  func extremeRatesAreAlarmedAndEnd(_ interval: Double, _ name: ConditionName) throws {
    let times =
      beats(0..<10, every: 0.8) + beats(10..<25, every: interval) + beats(25..<45, every: 0.8)
    let found = try drafts(ecg(seconds: 45, beats: times))
    let mine = found.filter { $0.condition == name }
    #expect(mine.first?.transition.phase == .start)
    #expect((10.0...21.0).contains(seconds(try #require(mine.first).transition.detection)))
    #expect(mine.last?.cause == .cleared)
    #expect((25.0...40.0).contains(seconds(try #require(mine.last).transition.detection)))
  }

  @Test func wavesWithoutBeatsAreFibrillationAndNotStandstill() throws {
    var samples = ecg(seconds: 40, beats: beats(0..<20, every: 0.8))
    for i in Int(20 * Self.rate)..<Int(34 * Self.rate) {
      let t = Double(i) / Self.rate
      samples[i] += Float((0.5 + 0.2 * sin(1.3 * t)) * sin(2 * .pi * 4.8 * t + 0.8 * sin(2.1 * t)))
    }
    let found = try drafts(samples)
    let start = try #require(
      found.first { $0.condition == .ventricularFibrillation && $0.transition.phase == .start })
    #expect((21.0...27.0).contains(seconds(start.transition.detection)))
    #expect(start.condition.priority == .high)
    #expect(
      !found.contains {
        $0.condition == .asystole && $0.transition.detection < SampleNumber(Int64(34 * Self.rate))
      })
  }

  @Test func alarmsDoNotDependOnThePackets() throws {
    let times = beats(0..<10, every: 0.8) + beats(15..<25, every: 2) + beats(25..<60, every: 0.36)
    let samples = ecg(seconds: 60, beats: times)
    func told(_ packets: Int) throws -> [String] {
      try drafts(samples, packets: packets).map {
        "\($0.condition) \($0.cause) \($0.transition.onset) \($0.transition.detection)"
      }
    }
    let reference = try told(90)
    #expect(reference.count > 4)
    for packets in [1, 37, 500] { #expect(try told(packets) == reference) }
  }
}
