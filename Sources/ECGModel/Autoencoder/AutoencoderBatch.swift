import ECGCore

/// The windows of one computation, and all memory that it needs: allocated once, then used again
/// and again. `withWindow` or `setWindow` for slots 0, 1, ..., then `run(count:)`, then read the
/// slots' results.
///
/// A window's results are the same to the last bit in every slot, beside any other windows.
public struct AutoencoderBatch: ~Copyable, Sendable {
  public let model: Autoencoder
  /// The greatest number of windows of one `run`.
  public let capacity: Int
  public let kernel: Kernel
  public let inputKind: Input

  /// In what units windows and references are given.
  public enum Input: Sendable {
    /// Millivolts: `run` normalises them in place as the manifest says, so that each run wants
    /// its windows and references anew.
    case millivolts
    /// As the network sees them.
    case normalised
  }

  /// About a QRS complex: the length of the segment that an error names as its worst.
  static let worstSegmentSeconds = 0.1
  let worstSegmentSamples: Int

  /// Windows that are computed together: enough to share each weight between many, few enough
  /// for their states to stay in the cache.
  static let tileLimit = 24

  let functions: KernelFunctions
  let tile: Int
  /// [slot][lengthSamples][leads]
  let input: FloatBuffer
  let reference: FloatBuffer
  let reconstruction: FloatBuffer
  /// [slot]
  let amplitudes: FloatBuffer
  /// [slot][latentStride]
  let latent: FloatBuffer
  let latentStride: Int

  /// [step][window][encoder features]
  let features: FloatBuffer
  /// [step][window][patch], of the reference; empty unless the decoder takes it
  let patches: FloatBuffer
  /// Hidden states [step][window][padded units] of one layer and the next, in turn.
  let hiddenEven: FloatBuffer
  let hiddenOdd: FloatBuffer
  /// [window][padded units]
  let cell: FloatBuffer
  let sums: FloatBuffer
  /// [window][gate sums of the first decoder layer]
  let constant: FloatBuffer
  /// [step][window][padded outputs]
  let output: FloatBuffer

  /// Memory for up to `capacity` windows of a model.
  public init(
    _ model: Autoencoder, capacity: Int, input inputKind: Input = .millivolts,
    kernel: Kernel = .best
  ) {
    precondition(capacity > 0)
    self.model = model
    self.inputKind = inputKind
    worstSegmentSamples = max(
      1, model.manifest.sampleRate.samples(seconds: Self.worstSegmentSeconds))
    self.capacity = capacity
    self.kernel = kernel
    functions = KernelFunctions(kernel)
    tile = min(capacity, Self.tileLimit)
    let manifest = model.manifest
    let network = manifest.architecture
    let layers = model.encoder + model.decoder
    let rows = manifest.steps * tile
    let padded = layers.map(\.paddedUnits).max()!

    let windows = capacity * manifest.windowCount
    input = FloatBuffer(count: windows)
    reference = FloatBuffer(count: network.isConditioned ? windows : 0)
    reconstruction = FloatBuffer(count: windows)
    amplitudes = FloatBuffer(count: capacity)
    for slot in 0..<capacity { amplitudes[slot] = 1 }
    latentStride = paddedToVector(network.latentSize)
    latent = FloatBuffer(count: capacity * latentStride)
    features = FloatBuffer(count: rows * model.encoder[0].inputs)
    patches = FloatBuffer(
      count: network.decoderInput == .latentAndReference ? rows * manifest.patch : 0)
    hiddenEven = FloatBuffer(count: rows * padded)
    hiddenOdd = FloatBuffer(count: rows * padded)
    cell = FloatBuffer(count: tile * padded)
    sums = FloatBuffer(count: LSTMLayer.hoistedRowCount * layers.map(\.gateCount).max()!)
    constant = FloatBuffer(count: tile * model.decoder[0].gateCount)
    output = FloatBuffer(count: rows * model.output.paddedOutputs)
  }

  /// Lends the window of a slot to `body`, which fills it: `lengthSamples` x `leads` numbers.
  public mutating func withWindow(_ slot: Int, _ body: (inout MutableSpan<Float>) -> Void) {
    precondition(slot >= 0 && slot < capacity)
    input.withSpan(slot * windowCount, count: windowCount, body)
  }

  /// Lends the patient's reference beside the window of a slot to `body`, which fills it; for
  /// conditioned models only.
  public mutating func withReference(_ slot: Int, _ body: (inout MutableSpan<Float>) -> Void) {
    precondition(slot >= 0 && slot < capacity)
    precondition(model.manifest.architecture.isConditioned)
    reference.withSpan(slot * windowCount, count: windowCount, body)
  }

  public mutating func setWindow(_ slot: Int, _ window: Span<Float>) {
    precondition(slot >= 0 && slot < capacity && window.count == windowCount)
    input.write(window, at: slot * windowCount)
  }

  public mutating func setReference(_ slot: Int, _ window: Span<Float>) {
    precondition(slot >= 0 && slot < capacity && window.count == windowCount)
    precondition(model.manifest.architecture.isConditioned)
    reference.write(window, at: slot * windowCount)
  }

  /// Sets the amplitude of the patient's reference beat, in millivolts, for models that are
  /// normalised by it. It stays until it is set anew; 1 at first.
  public mutating func setAmplitude(_ slot: Int, _ millivolts: Float) {
    precondition(slot >= 0 && slot < capacity)
    precondition(millivolts > 0)
    amplitudes[slot] = millivolts
  }

  /// Computes the slots `0..<count`.
  public mutating func run(count: Int) {
    precondition(count > 0 && count <= capacity)
    if inputKind == .millivolts { normalise(count: count) }
    // Even tiles of whole threes, so that no remainder is computed alone.
    let tiles = (count + tile - 1) / tile
    let size = tiles == 1 ? count : ((count + tiles - 1) / tiles + 2) / 3 * 3
    for start in stride(from: 0, to: count, by: size) {
      runTile(start..<min(start + size, count))
    }
  }

  private func normalise(count: Int) {
    for slot in 0..<count {
      normalise(input, slot)
      if model.manifest.architecture.isConditioned { normalise(reference, slot) }
    }
  }

  private func normalise(_ windows: borrowing FloatBuffer, _ slot: Int) {
    windows.withSpan(slot * windowCount, count: windowCount) { window in
      Normaliser.apply(
        model.manifest.normalisation, to: &window, leads: model.manifest.leads.count,
        amplitude: amplitudes[slot])
    }
  }

  /// Numbers in one window, of all leads.
  private var windowCount: Int { model.manifest.windowCount }
}
