import ECGCore
import Foundation
import Testing

@testable import ECGRecords

struct NoiseTests {
  static let rate = SampleRate(millihertz: 250_000)

  /// White noise with a slow offset, and a signal of spikes 2 mV tall once a second.
  static func signals() -> (clean: [Float], beats: [Int64], noise: [Float]) {
    var random = SeededRandom(seed: 31)
    var clean = [Float](repeating: 0, count: 250 * 60)
    let beats = stride(from: 125, to: Int64(clean.count), by: 250).map { $0 }
    for beat in beats {
      clean[Int(beat)] = 1.5
      clean[Int(beat) + 5] = -0.5
    }
    return (clean, beats, (0..<250 * 40).map { _ in Float(0.3 * random.normal() + 5) })
  }

  @Test(arguments: [0.0, 6, 24, -6])
  func `the mixed signal has the ratio that was asked for`(snr: Double) throws {
    let (clean, beats, noise) = Self.signals()
    let amplitude = try #require(SignalPower.qrsAmplitude(clean, rate: Self.rate, beats: beats))
    #expect(amplitude == 2)
    let mixer = try NoiseMixer(
      noise: noise, noiseRate: Self.rate, signalRate: Self.rate, qrsAmplitude: amplitude,
      snrDecibels: snr, seed: 4)
    let mixed = mixer.mix(clean)
    let added = zip(mixed, clean).map { Double($0 - $1) }
    let mean = added.reduce(0, +) / Double(added.count)
    let power = added.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(added.count)
    // Signal power 2^2 / 8; the noise is stationary, so its measured power is its power.
    #expect(abs(10 * log10(0.5 / power) - snr) < 0.15)
  }

  @Test func `the seed chooses where the noise begins, and it runs on over its end`() throws {
    let noise = Self.signals().noise
    func mixer(_ seed: UInt64) throws -> NoiseMixer {
      try NoiseMixer(
        noise: noise, noiseRate: Self.rate, signalRate: Self.rate, qrsAmplitude: 1, snrDecibels: 0,
        seed: seed)
    }
    let (a, b, c) = (try mixer(1), try mixer(1), try mixer(2))
    #expect((0..<100).allSatisfy { a.noise(at: $0) == b.noise(at: $0) })
    #expect(!(0..<100).allSatisfy { a.noise(at: $0) == c.noise(at: $0) })
    #expect((0..<100).allSatisfy { a.noise(at: $0) == a.noise(at: $0 + noise.count) })
  }

  @Test func `a missing sample stays missing, and missing noise adds nothing`() throws {
    var (clean, _, noise) = Self.signals()
    clean[7] = .nan
    for i in 0..<500 { noise[i] = .nan }
    let mixer = try NoiseMixer(
      noise: noise, noiseRate: Self.rate, signalRate: Self.rate, qrsAmplitude: 1, snrDecibels: 0,
      seed: 1)
    #expect(mixer.mix(clean).count(where: \.isNaN) == 1)
  }

  @Test func `noise of another rate keeps its slow course`() throws {
    let slow = (0..<3600).map { Float(sin(2 * .pi * 1 * Double($0) / 360)) }
    let mixer = try NoiseMixer(
      noise: slow, noiseRate: SampleRate(millihertz: 360_000), signalRate: Self.rate,
      qrsAmplitude: 2, snrDecibels: 0, seed: 6)
    // A second is 250 samples now.
    for i in 0..<500 { #expect(abs(mixer.noise(at: i) - mixer.noise(at: i + 250)) < 1e-3) }
  }

  @Test func `silence cannot be scaled`() {
    #expect(throws: NoiseMixer.Failure.noNoise) {
      try NoiseMixer(
        noise: [Float](repeating: 1, count: 1000), noiseRate: Self.rate, signalRate: Self.rate,
        qrsAmplitude: 1, snrDecibels: 0, seed: 1)
    }
    #expect(throws: NoiseMixer.Failure.noSignalAmplitude) {
      try NoiseMixer(
        noise: Self.signals().noise, noiseRate: Self.rate, signalRate: Self.rate, qrsAmplitude: 0,
        snrDecibels: 0, seed: 1)
    }
  }
}
