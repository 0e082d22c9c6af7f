import ECGCore
import ECGModel

/// What a stream needs beside its pipeline while somebody listens to its waveforms: a denoiser's
/// state and the block in the making. Allocated when the first one listens.
final class WaveTap {
  var wishes: WaveWishes
  private let denoiser: DenoiserStream?
  /// The block in the making; whole where `advance` says so.
  private(set) var block: [Float]
  private var filled = 0
  /// The next sample of the signal path that the denoiser is given.
  private var next: Int64
  /// Where the denoiser's sample 0 lies.
  private var origin: Int64
  /// Samples before this are not told: they lie before the listening began.
  private var told: Int64
  private(set) var blockStart: Int64 = 0
  /// The pieces told so far, by kind.
  var sequences = InlineArray<3, UInt64>(repeating: 0)
  /// Room for one window's reconstruction and latent.
  var window: [Float]
  var latent: [Float]

  static let blockSeconds = 0.25
  /// A denoiser hears this much of the past before it is listened to.
  static let runUpSeconds = 4.0

  init(_ model: Denoiser?, wishes: WaveWishes, plan: ModelPlan, signal: SampleRing) {
    self.wishes = wishes
    denoiser = model.map { DenoiserStream($0) }
    let hop = model?.manifest.hopSamples ?? 1
    // Whole hops, so that a block is full when one is done.
    let hops = max(1, plan.rate.samples(seconds: Self.blockSeconds) / hop)
    block = [Float](repeating: 0, count: hops * hop)
    let manifest = plan.model.manifest
    window = [Float](repeating: 0, count: manifest.lengthSamples)
    latent = [Float](repeating: 0, count: manifest.architecture.latentSize)
    let runUp = Int64(plan.rate.samples(seconds: Self.runUpSeconds))
    origin = max(signal.startIndex, signal.endIndex - runUp)
    next = origin
    told = signal.endIndex
  }

  /// The signal path begins anew.
  func reset() {
    denoiser?.reset()
    filled = 0
    next = 0
    origin = 0
    told = 0
  }

  var signalToNoiseDecibels: Float? { denoiser?.signalToNoiseDecibels }
  var networkShare: Float? { denoiser?.networkShare }
  var hasDenoiser: Bool { denoiser != nil }

  /// Gives the signal's new samples to the denoiser, until a block is full; true then.
  func advance(_ signal: SampleRing) -> Bool {
    if filled == block.count { filled = 0 }
    while next < signal.endIndex {
      let sample = signal[next]
      next += 1
      guard let denoiser else {
        if next > told { add(sample, at: next - 1) }
        if filled == block.count { return true }
        continue
      }
      guard denoiser.process(sample) else { continue }
      let start = origin + denoiser.outputStart
      guard start >= told else { continue }
      for i in 0..<denoiser.model.manifest.hopSamples {
        add(denoiser[i], at: start + Int64(i))
      }
      if filled == block.count { return true }
    }
    return false
  }

  private func add(_ sample: Float, at index: Int64) {
    if filled == 0 { blockStart = index }
    block[filled] = sample
    filled += 1
  }
}
