import ECGCore
import ECGModel
import ECGPipeline
import ECGRecords
import PipelineTesting
import Testing

/// The cleaned signal of one stream, from its first sample on.
private final class CleanedSignal: WaveSink {
  var samples: [Float] = []
  var networkShare: Float = 0

  func take(_ wave: Wave, _ values: Span<Float>) {
    guard case .cleaned = wave.kind else { return }
    for i in values.indices { samples.append(values[i]) }
    networkShare = max(networkShare, wave.networkShare ?? 0)
  }
}

@Suite struct EctopicBeatTests {
  private static let rateHz = 128.0

  private func cleaned(_ samples: [Float], through denoiser: Denoiser?) throws -> CleanedSignal {
    let signal = CleanedSignal()
    let shard = Shard(try TestModel.sliding(), AlarmSettings(), maximumWindows: 8)
    shard.waveSink = signal
    let player = Player(samples: samples)
    try shard.admit(slot: 0, rate: player.rate)
    shard.listen(slot: 0, to: .waves, through: denoiser)
    player.send(packets: 360, to: shard)
    return signal
  }

  private func window(_ signal: [Float], _ beat: Int) -> [Float] {
    Array(signal[(beat - 32)..<(beat + 64)])
  }

  private func likeness(_ a: [Float], _ b: [Float]) -> Float {
    let n = Float(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    var (ab, aa, bb): (Float, Float, Float) = (0, 0, 0)
    for i in a.indices {
      ab += (a[i] - meanA) * (b[i] - meanB)
      aa += (a[i] - meanA) * (a[i] - meanA)
      bb += (b[i] - meanB) * (b[i] - meanB)
    }
    return ab / (aa * bb).squareRoot()
  }

  /// Ectopic beats among normal ones of the same heart, in noise; the network alone, which the
  /// bypass would not let at noise of a kind that it has never heard.
  @Test func ectopicBeatsInNoiseAreNotRedrawnAsNormalOnes() throws {
    let ecg = SyntheticECG(SyntheticParameters(seconds: 120, seed: 7))
    let clean = ecg.recording.leads[0].samples
    var random = SeededRandom(seed: 5)
    // Slow enough to pass the filters, as electrode motion is: a first-order low-pass of noise.
    var slow: Float = 0
    let noisy = clean.map { sample -> Float in
      slow += 0.15 * (Float(random.normal()) - slow)
      return sample + 0.9 * slow
    }
    let truth = try cleaned(clean, through: nil).samples
    let heard = try cleaned(noisy, through: TestModel.denoisingNetwork())
    let before = try cleaned(noisy, through: nil).samples
    let beats = ecg.annotations.classifiedBeats.map {
      (place: Int(Double($0.sample) * Self.rateHz / 360), beatClass: $0.beatClass)
    }
    // After the bypass has heard the noise for a while.
    let judged = beats.filter { $0.place > 40 * 128 && $0.place + 200 < heard.samples.count }
    let normal = judged.filter { $0.beatClass == .normal }.map { window(truth, $0.place) }
    let template = (0..<96).map { i in
      normal.reduce(0) { $0 + $1[i] } / Float(normal.count)
    }
    let ectopic = judged.filter { $0.beatClass == .ventricular }
    #expect(ectopic.count > 5)
    #expect(heard.networkShare == 1)
    var (error, noise): (Float, Float) = (0, 0)
    for beat in ectopic {
      let own = window(truth, beat.place)
      let out = window(heard.samples, beat.place)
      #expect(likeness(out, own) > likeness(out, template), "the beat at \(beat.place)")
      for (i, sample) in window(before, beat.place).enumerated() {
        error += (out[i] - own[i]) * (out[i] - own[i])
        noise += (sample - own[i]) * (sample - own[i])
      }
    }
    // Cleaned, and no farther from themselves than the noise had put them.
    #expect(error < 1.1 * noise, "error \(error), noise \(noise)")
  }

  @Test func aCleanSignalPassesAsItCame() throws {
    let ecg = SyntheticECG(SyntheticParameters(seconds: 60, seed: 3))
    let clean = ecg.recording.leads[0].samples
    let before = try cleaned(clean, through: nil).samples
    let after = try cleaned(clean, through: TestModel.denoiser()).samples
    var (changed, power): (Float, Float) = (0, 0)
    for (a, b) in zip(after, before).dropFirst(20 * 128) {
      changed += (a - b) * (a - b)
      power += b * b
    }
    // 25 dB under the signal, which is the noise of the synthetic converter.
    #expect(changed < 0.003 * power, "\(changed / power)")
  }
}
