/// Windows that are computed together, and the memory for it, all of it allocated by `init`.
///
/// A window goes into a slot (`withWindow`, and for conditioned models `withReference`), `run`
/// normalises and computes the first slots, and their results are read from the same slots until
/// the next `run`. The result of a window is the same to the last bit whatever its slot and
/// whatever is in the others. One thread owns a batch.
public struct AutoencoderBatch: Sendable {
  public let manifest: ModelManifest
  /// The number of slots.
  public let capacity: Int
  public let kernel: Kernel
  let network: Network
  let layout: BatchLayout
  var engine: Engine
  private var amplitudes: [Float]

  public init(_ model: Autoencoder, capacity: Int, kernel: Kernel = .best) {
    precondition(capacity > 0)
    precondition(kernel.isAvailable)
    manifest = model.manifest
    self.capacity = capacity
    self.kernel = kernel
    network = model.network
    layout = BatchLayout(network, manifest, capacity: capacity)
    engine = Engine(
      kernel: KernelTable(kernel), weights: network.weights,
      workspace: FloatStore(count: layout.count))
    amplitudes = [Float](repeating: 1, count: capacity)
  }

  /// Lends a slot's window, `[lengthSamples][leads]` in millivolts, to be filled.
  public mutating func withWindow<R, E: Error>(
    _ slot: Int, _ body: (inout MutableSpan<Float>) throws(E) -> R
  ) throws(E) -> R {
    try engine.workspace.write(range(layout.window, slot), body)
  }

  /// Lends a slot's reference, `[lengthSamples][leads]` in millivolts: the patient's own normal
  /// beat, normalised like the window. Only for conditioned models.
  public mutating func withReference<R, E: Error>(
    _ slot: Int, _ body: (inout MutableSpan<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(manifest.architecture.isConditioned)
    return try engine.workspace.write(range(layout.reference, slot), body)
  }

  /// Sets the amplitude of the patient's reference beat, in millivolts, for a normalisation that
  /// divides by it; 1 until it is set.
  public mutating func setAmplitude(_ slot: Int, _ millivolts: Float) {
    amplitudes[slot] = millivolts
  }

  /// Normalises and computes the windows of the first `count` slots.
  ///
  /// A window that holds a NaN or an infinity has a reconstruction and an error of NaN.
  public mutating func run(count: Int) {
    precondition(count >= 0 && count <= capacity)
    for slot in 0..<count {
      normalise(from: layout.window, to: layout.normalised, slot)
      if manifest.architecture.isConditioned {
        normalise(from: layout.reference, to: layout.normalisedReference, slot)
      }
    }
    runNormalised(count: count)
  }

  /// Lends the window of a slot as the network saw it, `[lengthSamples][leads]`.
  public func withNormalisedWindow<R, E: Error>(
    _ slot: Int, _ body: (Span<Float>) throws(E) -> R
  ) throws(E) -> R {
    try engine.workspace.read(range(layout.normalised, slot), body)
  }

  /// Lends the reconstruction of a slot's normalised window, `[lengthSamples][leads]`.
  public func withReconstruction<R, E: Error>(
    _ slot: Int, _ body: (Span<Float>) throws(E) -> R
  ) throws(E) -> R {
    try engine.workspace.read(range(layout.reconstruction, slot), body)
  }

  /// Lends the latent of a slot.
  public func withLatent<R, E: Error>(
    _ slot: Int, _ body: (Span<Float>) throws(E) -> R
  ) throws(E) -> R {
    precondition(slot >= 0 && slot < capacity)
    let start = layout.latent + slot * layout.latentStride
    return try engine.workspace.read(start..<start + manifest.architecture.latentSize, body)
  }

  /// The floats of a slot's window in a region of windows.
  func range(_ region: Int, _ slot: Int) -> Range<Int> {
    precondition(slot >= 0 && slot < capacity)
    let start = region + slot * layout.windowStride
    return start..<start + layout.windowCount
  }

  private mutating func normalise(from source: Int, to target: Int, _ slot: Int) {
    engine.workspace.copy(
      from: range(source, slot).lowerBound, to: range(target, slot).lowerBound,
      count: layout.windowCount)
    let normaliser = Normaliser(
      manifest.normalisation, leads: manifest.leads.count, amplitude: amplitudes[slot])
    engine.workspace.write(range(target, slot)) { normaliser.process(&$0) }
  }

  /// Fills a slot with a window, and a reference, that are normalised already.
  mutating func setNormalised(_ slot: Int, _ input: [Float], _ reference: [Float]?, from start: Int)
  {
    engine.workspace.write(range(layout.normalised, slot)) { span in
      for i in span.indices { span[i] = input[start + i] }
    }
    guard let reference else { return }
    engine.workspace.write(range(layout.normalisedReference, slot)) { span in
      for i in span.indices { span[i] = reference[start + i] }
    }
  }
}
