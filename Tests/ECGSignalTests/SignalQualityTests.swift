import CAllocationCounter
import ECGCore
import ECGRecords
import ECGSignal
import Foundation
import Testing

@Suite struct SignalQualityTests {
  static let rate = SampleRate(millihertz: 128_000)

  /// The conditioned signals of an ECG at 250 Hz.
  static func conditioned(_ signal: [Float], rate: SampleRate) throws -> ([Float], [Float]) {
    let plan = ConditionerPlan(inputRate: rate, outputRate: Self.rate)
    var conditioner = Conditioner(try ConditionerDesign(plan))
    let out = ConditionerTests.run(&conditioner, signal, block: 500)
    return (ConditionerTests.floats(out[0]), ConditionerTests.floats(out[1]))
  }

  /// The quality of each second's beat-long window, from the sixth second on.
  static func qualities(_ signal: [Float], rate: SampleRate) throws -> [Quality] {
    let (filtered, unfiltered) = try conditioned(signal, rate: rate)
    var quality = SignalQuality(rate: Self.rate)
    var result: [Quality] = []
    for i in filtered.indices {
      quality.process(filtered: filtered[i], unfiltered: unfiltered[i])
      if i > 6 * 128, i % 128 == 0 {
        result.append(quality.quality(of: (quality.endIndex - 96)..<quality.endIndex))
      }
    }
    return result
  }

  static func mean(_ qualities: [Quality]) -> Float {
    qualities.map(\.index).reduce(0, +) / Float(qualities.count)
  }

  static func ecg(_ defect: (Int, Float) -> Float = { $1 }) -> [Float] {
    SyntheticBeats(rateHz: 250, count: 60).samples(seconds: 40).enumerated().map {
      defect($0.offset, $0.element)
    }
  }

  static let source = SampleRate(millihertz: 250_000)

  @Test func aCleanECGIsGood() throws {
    let found = try Self.qualities(Self.ecg(), rate: Self.source)
    #expect(found.count > 30)
    #expect(found.allSatisfy { $0.index > 0.8 && $0.reason == .good })
  }

  @Test func missingSamplesAreSeenWhereTheyAre() throws {
    let signal = Self.ecg { i, x in (20 * 250..<22 * 250).contains(i) ? .nan : x }
    let (filtered, unfiltered) = try Self.conditioned(signal, rate: Self.source)
    var quality = SignalQuality(rate: Self.rate)
    quality.process(
      filtered: filtered.span.extracting(0..<3200),
      unfiltered: unfiltered.span.extracting(0..<3200))
    #expect(quality.quality(of: 2600..<2800) == Quality(index: 0, reason: .missing))
    #expect(quality.quality(of: 2400..<2500).reason == .good)
    #expect(quality.quality(of: 3000..<3100).reason != .missing)
  }

  @Test func aFlatLineIsUseless() throws {
    let signal = Self.ecg { i, x in i > 15 * 250 ? 0.2 : x }
    let found = try Self.qualities(signal, rate: Self.source)
    #expect(found.last!.index < 0.05)
    #expect(found.last!.reason == .flat)
  }

  @Test func aRailIsSaturation() throws {
    let signal = Self.ecg { i, x in i % 2500 > 1000 && i % 2500 < 1600 ? 5 : min(x, 5) }
    let found = try Self.qualities(signal, rate: Self.source)
    #expect(found.contains { $0.index < 0.1 && $0.reason == .saturated })
    #expect(!found.contains { $0.reason == .flat })
  }

  @Test func moreMuscleNoiseIsNeverBetter() throws {
    var indices: [Float] = []
    for level: Float in [0, 0.02, 0.05, 0.1, 0.2, 0.5] {
      var noise = SeededNoise(seed: 7)
      let found = try Self.qualities(
        Self.ecg { $1 + level * noise.next() }, rate: Self.source)
      indices.append(Self.mean(found))
      if level >= 0.2 { #expect(found.last!.reason == .muscle) }
    }
    #expect(indices == indices.sorted(by: >))
    #expect(indices.last! < 0.2)
  }

  @Test func aBaselineJumpIsMotion() throws {
    var noise = SeededNoise(seed: 5)
    let signal = Self.ecg { i, x in (i > 20 * 250 ? x + 8 : x) + 0.005 * noise.next() }
    let (filtered, unfiltered) = try Self.conditioned(signal, rate: Self.source)
    var quality = SignalQuality(rate: Self.rate)
    quality.process(filtered: filtered.span, unfiltered: unfiltered.span)
    var early = SignalQuality(rate: Self.rate)
    early.process(
      filtered: filtered.span.extracting(0..<2700),
      unfiltered: unfiltered.span.extracting(0..<2700))
    let jump = early.quality(of: 2540..<2640)
    #expect(jump.index < 0.7)
    #expect(jump.reason == .motion)
    let end = quality.endIndex
    #expect(quality.quality(of: (end - 96)..<end).reason == .good)
  }

  @Test func humIsMainsAndNotMuscle() throws {
    let found = try Self.qualities(
      Self.ecg { $1 + Float(0.3 * sin(2 * .pi * 50 * Double($0) / 250)) }, rate: Self.source)
    #expect(found.allSatisfy { $0.reason == .mains && $0.index < 0.7 })
  }

  @Test func aSwingThatTheFiltersDoNotRemoveIsWander() throws {
    let found = try Self.qualities(
      Self.ecg { $1 + Float(4 * sin(2 * .pi * 0.6 * Double($0) / 250)) }, rate: Self.source)
    #expect(found.allSatisfy { $0.reason == .wander && $0.index < 0.7 })
  }

  @Test func slowWanderThatTheFiltersRemoveIsTolerated() throws {
    let found = try Self.qualities(
      Self.ecg { $1 + Float(sin(2 * .pi * 0.15 * Double($0) / 250)) }, rate: Self.source)
    #expect(Self.mean(found) > 0.7)
  }

  @Test func theAmplitudeOfTheECGDoesNotMatter() throws {
    let small = try Self.qualities(Self.ecg { 0.3 * $1 }, rate: Self.source)
    let large = try Self.qualities(Self.ecg { -4 * $1 }, rate: Self.source)
    for (a, b) in zip(small, large) { #expect(abs(a.index - b.index) < 0.05) }
  }

  @Test func aResetAtAnIndexIsAFreshStartThere() throws {
    let (filtered, unfiltered) = try Self.conditioned(Self.ecg(), rate: Self.source)
    var used = SignalQuality(rate: Self.rate)
    used.process(filtered: unfiltered.span, unfiltered: filtered.span)
    used.reset(at: 700)
    used.process(filtered: filtered.span, unfiltered: unfiltered.span)
    var fresh = SignalQuality(rate: Self.rate)
    fresh.process(filtered: filtered.span, unfiltered: unfiltered.span)
    let end = fresh.endIndex
    #expect(used.endIndex == end + 700)
    #expect(
      used.quality(of: (end + 500)..<(end + 700)) == fresh.quality(of: (end - 200)..<end))
  }

  @Test func judgingAllocatesNothing() throws {
    let (filtered, unfiltered) = try Self.conditioned(Self.ecg(), rate: Self.source)
    var quality = SignalQuality(rate: Self.rate)
    quality.process(filtered: filtered.span, unfiltered: unfiltered.span)
    _ = quality.quality(of: 4000..<4096)
    let before = allocation_count()
    quality.process(filtered: filtered.span, unfiltered: unfiltered.span)
    let found = quality.quality(of: (quality.endIndex - 96)..<quality.endIndex)
    quality.reset()
    let after = allocation_count()
    #expect(after == before)
    #expect(found.index > 0)
  }

  /// The mean index over the first ten minutes of a record with the noise of `kind` added, as
  /// the NSTDB measures its SNR: against the mean square of the QRS amplitude's sine.
  static func index(record: String, kind: String, decibels: Double?) throws -> Float {
    let ecg = try WFDBRecord(path: recordFolder! + "/mitdb-ds1/" + record)
    let noise = try WFDBRecord(path: recordFolder! + "/nstdb/" + kind).leads[0].samples
    var signal = Array(ecg.leads[0].samples.prefix(600 * 360))
    if let decibels {
      let amplitude = try #require(SignalPower.qrsAmplitude(signal, rate: ecg.sampleRate))
      let power = try #require(SignalPower.noisePower(noise, rate: ecg.sampleRate))
      let gain = Float(
        (SignalPower.power(qrsAmplitude: amplitude) / power / pow(10, decibels / 10))
          .squareRoot())
      for i in signal.indices { signal[i] += gain * noise[i % noise.count] }
    }
    return mean(try qualities(signal, rate: ecg.sampleRate))
  }

  @Test(.enabled(if: recordFolder != nil, "needs ECGD_DATA"), arguments: ["ma", "em"])
  func realNoiseLowersTheIndexStepByStep(kind: String) throws {
    for record in ["101", "115", "122"] {
      let levels: [Double?] = [nil, 24, 18, 12, 6, 0]
      let indices = try levels.map {
        try Self.index(record: record, kind: kind, decibels: $0)
      }
      print("quality of \(record) with \(kind) at none, 24, 18, 12, 6, 0 dB: \(indices)")
      #expect(indices == indices.sorted(by: >))
      #expect(indices[5] < 0.6 * indices[0])
    }
  }
}
