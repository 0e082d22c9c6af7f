import CAllocationCounter
import ECGCore
import ECGSignal
import Foundation
import Testing

@Suite struct QRSDetectorTests {
  static func beats(_ detector: inout QRSDetector, _ signal: [Float]) -> [Beat] {
    var found: [Beat] = []
    detector.process(signal.span) { found.append($0) }
    return found
  }

  static func detect(_ signal: [Float], rateHz: Double) -> [Beat] {
    var detector = QRSDetector(rate: SampleRate(hertz: rateHz)!)
    return beats(&detector, signal)
  }

  /// True where exactly the beats between `from` and `to` seconds were found, each once.
  static func matches(
    _ found: [Beat], _ truth: [Double], rateHz: Double, from: Double, to: Double = .infinity,
    tolerance: Double = 0.03
  ) -> Bool {
    let times = found.map { Double($0.fiducial) / rateHz }
    let wanted = truth.filter { $0 > from && $0 < to }
    let spurious = times.filter { time in
      time > from && time < to && !truth.contains { abs($0 - time) < tolerance }
    }
    return !wanted.isEmpty && spurious.isEmpty
      && wanted.allSatisfy { want in times.count { abs($0 - want) < tolerance } == 1 }
  }

  @Test(arguments: [100.0, 125, 128, 200, 250, 360, 500, 1000], [0.1, -0.1, 1, -1, 5])
  func everyBeatOfEitherPolarityIsFoundWhereItIs(rateHz: Double, amplitude: Double) {
    let ecg = SyntheticBeats(rateHz: rateHz, count: 40, amplitude: amplitude)
    let found = Self.detect(ecg.samples(seconds: 33), rateHz: rateHz)
    #expect(Self.matches(found, ecg.times, rateHz: rateHz, from: 2.2, to: 31.5))
  }

  @Test func turningTheLeadRoundTurnsThePeaksAndNothingElse() {
    let signal = SyntheticBeats(rateHz: 250, count: 40).samples(seconds: 33)
    let up = Self.detect(signal, rateHz: 250)
    let down = Self.detect(signal.map { -$0 }, rateHz: 250)
    #expect(up.map(\.fiducial) == down.map(\.fiducial))
    #expect(zip(up, down).allSatisfy { abs($0.peak + $1.peak) < 1e-5 && $0.peak != 0 })
  }

  @Test(arguments: [0.35, 0.4, 0.6, 1.0, 1.5]) func heartRatesFrom40To170AreFollowed(
    interval: Double
  ) {
    let ecg = SyntheticBeats(rateHz: 128, count: Int(40 / interval), interval: interval)
    let found = Self.detect(ecg.samples(seconds: 40), rateHz: 128)
    #expect(Self.matches(found, ecg.times, rateHz: 128, from: 2.6, to: 38))
  }

  @Test func aBeatIsReportedWithinTheStatedDelay() {
    let ecg = SyntheticBeats(rateHz: 128, count: 40)
    var detector = QRSDetector(rate: SampleRate(hertz: 128)!)
    var count = 0
    for (i, sample) in ecg.samples(seconds: 33).enumerated() {
      if let beat = detector.process(sample) {
        count += 1
        #expect(i - Int(beat.fiducial) <= detector.commitDelaySamples)
      }
    }
    #expect(count > 35)
    #expect(detector.commitDelaySamples < 60)
  }

  @Test func whiteNoiseOf20DecibelsHidesNothing() {
    let ecg = SyntheticBeats(rateHz: 128, count: 80)
    var noise = SeededNoise(seed: 3)
    let signal = ecg.samples(seconds: 64).map { $0 + 0.035 * noise.next() }
    #expect(
      Self.matches(
        Self.detect(signal, rateHz: 128), ecg.times, rateHz: 128, from: 2.6, to: 63))
  }

  @Test func pacingSpikesBeforePAndQRSAreNotBeats() {
    let ecg = SyntheticBeats(rateHz: 1000, count: 60)
    var raw = ecg.samples(seconds: 49)
    for time in ecg.times {
      for offset in [-0.2, -0.04] {
        for k in 0..<2 { raw[Int((time + offset) * 1000) + k] += 5 }
      }
    }
    let plan = ConditionerPlan(
      inputRate: SampleRate(hertz: 1000)!, outputRate: SampleRate(hertz: 128)!)
    var conditioner = Conditioner(try! ConditionerDesign(plan))
    let out = ConditionerTests.floats(
      ConditionerTests.run(&conditioner, raw, block: 1000)[0])
    let found = Self.detect(out, rateHz: 128)
    #expect(
      Self.matches(found, ecg.times, rateHz: 128, from: 2.6, to: 48, tolerance: 0.06))
  }

  @Test func aFlatLineHasNoBeatsAndTheHeartIsFoundAgainAfterIt() {
    var ecg = SyntheticBeats(rateHz: 128, count: 80)
    ecg.times.removeAll { (20..<40).contains($0) }
    let found = Self.detect(ecg.samples(seconds: 64), rateHz: 128)
    #expect(!found.contains { (20.5..<39.5).contains(Double($0.fiducial) / 128) })
    #expect(Self.matches(found, ecg.times, rateHz: 128, from: 40, to: 63))
  }

  @Test(arguments: [Float(20), 1000, -10_000]) func anArtefactDeafensItForSecondsAtMost(
    height: Float
  ) {
    let ecg = SyntheticBeats(rateHz: 128, count: 100)
    var signal = ecg.samples(seconds: 80)
    for i in (30 * 128)..<(31 * 128) { signal[i] = i % 3 == 0 ? height : 0 }
    let found = Self.detect(signal, rateHz: 128)
    #expect(Self.matches(found, ecg.times, rateHz: 128, from: 45, to: 79))
  }

  @Test func anArtefactWhileLearningIsForgotten() {
    let ecg = SyntheticBeats(rateHz: 128, count: 100)
    var signal = ecg.samples(seconds: 80)
    for i in 100..<110 { signal[i] = 100 }
    let found = Self.detect(signal, rateHz: 128)
    #expect(Self.matches(found, ecg.times, rateHz: 128, from: 30, to: 79))
  }

  @Test func aSaturatedStretchEndsWithTheSaturation() {
    let ecg = SyntheticBeats(rateHz: 128, count: 100)
    var signal = ecg.samples(seconds: 80)
    for i in (30 * 128)..<(35 * 128) { signal[i] = 5 }
    let found = Self.detect(signal, rateHz: 128)
    #expect(Self.matches(found, ecg.times, rateHz: 128, from: 45, to: 79))
  }

  @Test func samplesThatAreNotFiniteStandForTheOneBefore() {
    let ecg = SyntheticBeats(rateHz: 128, count: 40)
    var signal = ecg.samples(seconds: 33)
    for i in stride(from: 300, to: 4000, by: 97) { signal[i] = i % 2 == 0 ? .nan : .infinity }
    #expect(
      Self.matches(
        Self.detect(signal, rateHz: 128), ecg.times, rateHz: 128, from: 2.6, to: 31))
  }

  @Test func aQRSThatShrinksToATenthIsFoundAgain() {
    let ecg = SyntheticBeats(rateHz: 128, count: 80)
    let signal = ecg.samples(seconds: 64).enumerated().map {
      $0.offset > 30 * 128 ? 0.1 * $0.element : $0.element
    }
    let found = Self.detect(signal, rateHz: 128)
    #expect(Self.matches(found, ecg.times, rateHz: 128, from: 40, to: 63))
  }

  @Test func aResetAtAnIndexIsAFreshStartThere() {
    let signal = SyntheticBeats(rateHz: 128, count: 40).samples(seconds: 33)
    var used = QRSDetector(rate: SampleRate(hertz: 128)!)
    _ = Self.beats(&used, signal.map { -3 * $0 })
    used.reset(at: 5000)
    let again = Self.beats(&used, signal)
    let fresh = Self.detect(signal, rateHz: 128)
    #expect(!fresh.isEmpty)
    #expect(again == fresh.map { Beat(fiducial: $0.fiducial + 5000, peak: $0.peak) })
  }

  @Test func aDetectorAllocatesNothing() {
    let signal = SyntheticBeats(rateHz: 128, count: 40).samples(seconds: 33)
    var detector = QRSDetector(rate: SampleRate(hertz: 128)!)
    var count = 0
    detector.process(signal.span) { _ in count += 1 }
    detector.reset()
    let before = allocation_count()
    detector.process(signal.span) { _ in count += 1 }
    detector.reset()
    let after = allocation_count()
    #expect(after == before)
    #expect(count > 60)
  }
}
