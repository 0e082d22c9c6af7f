import CAllocationCounter
import ECGCore
import ECGModel
import ECGPipeline
import PipelineTesting
import Testing

/// Keeps what it is told, with room made beforehand.
private final class Ears: WaveSink {
  var waves: [Wave] = []
  var values: [[Float]] = []
  var count = 0
  var keeps = true

  func take(_ wave: Wave, _ values: Span<Float>) {
    count += 1
    guard keeps else { return }
    waves.append(wave)
    self.values.append(values.indices.map { values[$0] })
  }

  /// The cleaned signal, whole, and where it begins.
  var cleaned: (start: Int64, samples: [Float]) {
    let blocks = waves.indices.filter { waves[$0].kind == .cleaned }
    return (blocks.first.map { waves[$0].index } ?? -1, blocks.flatMap { values[$0] })
  }
}

@Suite struct WaveTests {
  private func shard(_ ears: Ears, _ plan: ModelPlan, rate: SampleRate) throws -> Shard {
    let shard = Shard(plan, AlarmSettings(), maximumWindows: 8)
    shard.waveSink = ears
    try shard.admit(slot: 0, rate: rate)
    return shard
  }

  @Test func howSamplesAreCutChangesNothingInTheCleanedSignal() throws {
    let player = Player.synthetic(seconds: 20)
    let plan = try TestModel.sliding()
    let denoiser = try TestModel.denoiser()
    var reference: (start: Int64, samples: [Float])?
    for size in [36, 1, 37, 500] {
      let ears = Ears()
      let shard = try shard(ears, plan, rate: player.rate)
      shard.listen(slot: 0, to: .waves, through: denoiser)
      player.send(packets: size, to: shard)
      let cleaned = ears.cleaned
      #expect(cleaned.start == 0)
      #expect(cleaned.samples.count > 128 * 18)
      if let reference { #expect(cleaned == reference, "packets of \(size)") }
      reference = cleaned
    }
  }

  @Test func framesFollowEachOtherWithoutHoleOrOverlap() throws {
    let player = Player.synthetic(seconds: 20)
    let ears = Ears()
    let shard = try shard(ears, try TestModel.sliding(), rate: player.rate)
    player.send(0..<3600, packets: 36, to: shard)
    #expect(ears.waves.isEmpty)
    shard.listen(slot: 0, to: .waves, through: try TestModel.denoiser())
    player.send(3600..<7200, packets: 36, to: shard, sequence: 100)
    let blocks = ears.waves.indices.filter { ears.waves[$0].kind == .cleaned }
    // It begins where the listening began, not before.
    #expect(ears.waves[blocks[0]].index >= 1279 - 64)
    for (one, next) in zip(blocks, blocks.dropFirst()) {
      #expect(ears.waves[next].index == ears.waves[one].index + Int64(ears.values[one].count))
      #expect(ears.waves[next].sequence == ears.waves[one].sequence + 1)
    }
    shard.listen(slot: 0, to: [], through: nil)
    let told = ears.count
    player.send(7200..<7200, packets: 36, to: shard, sequence: 200)
    #expect(ears.count == told)
  }

  @Test func aReconstructionLiesOverTheSignalThatItWasMadeOf() throws {
    let player = Player.synthetic(seconds: 60)
    let ears = Ears()
    let plan = try TestModel.beats(learningSeconds: 20)
    let shard = try shard(ears, plan, rate: player.rate)
    shard.listen(slot: 0, to: [.waves, .latents], through: nil)
    player.send(packets: 36, to: shard)
    shard.flush()
    let signal = ears.cleaned
    var (inside, total) = (0, 0)
    for (wave, values) in zip(ears.waves, ears.values) where wave.kind == .reconstruction {
      let start = Int(wave.index - signal.start)
      guard start >= 0, start + values.count <= signal.samples.count else { continue }
      let window = Array(signal.samples[start..<(start + values.count)])
      total += 1
      if correlation(window, values) > 0.8 { inside += 1 }
      #expect(wave.score == nil || (0...1).contains(wave.score!))
    }
    #expect(total > 30)
    // Normal beats are reconstructed; some are ectopic.
    #expect(Double(inside) > 0.7 * Double(total))
    let latents = zip(ears.waves, ears.values).filter { $0.0.kind == .latent }
    #expect(latents.count >= total)
    #expect(
      latents.allSatisfy { $0.1.count == plan.model.manifest.architecture.latentSize })
  }

  private func correlation(_ a: [Float], _ b: [Float]) -> Float {
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

  @Test func listeningAllocatesNothingAndChangesNoScore() throws {
    let player = Player.synthetic(seconds: 60)
    let plan = try TestModel.sliding()
    let alone = Shard(plan, AlarmSettings(), maximumWindows: 8)
    alone.scores = []
    try alone.admit(slot: 0, rate: player.rate)
    player.send(packets: 36, to: alone)
    alone.dischargeAll()

    let ears = Ears()
    ears.keeps = false
    let heard = try shard(ears, plan, rate: player.rate)
    heard.scores = []
    heard.scores?.reserveCapacity(1000)
    heard.listen(slot: 0, to: [.waves, .latents], through: try TestModel.denoiser())
    let half = player.samples.count / 2
    player.send(0..<half, packets: 36, to: heard)
    let before = allocation_count()
    player.send(
      half..<player.samples.count, packets: 36, to: heard, sequence: UInt64(half))
    #expect(allocation_count() - before == 0)
    heard.dischargeAll()
    #expect(heard.scores == alone.scores)
    #expect(ears.count > 240)
  }

  @Test func aGapBeginsAnotherPath() throws {
    let player = Player.synthetic(seconds: 20)
    let ears = Ears()
    let shard = try shard(ears, try TestModel.sliding(), rate: player.rate)
    shard.listen(slot: 0, to: .waves, through: try TestModel.denoiser())
    player.send(0..<3600, packets: 36, to: shard)
    player.send(4000..<7200, packets: 36, to: shard, sequence: 200)
    let paths = ears.waves.map(\.path)
    #expect(paths == paths.sorted())
    #expect(!ears.cleaned.samples.contains { !$0.isFinite })
    // Sample numbers go on over the gap as the gateway counted them.
    #expect(ears.waves.last!.first.rawValue > 6000)
  }
}
