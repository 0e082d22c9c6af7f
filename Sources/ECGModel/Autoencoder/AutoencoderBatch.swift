/// The windows of one computation, and all memory that it needs: allocated once, then used again
/// and again. `setInput` for slots 0, 1, ..., then `run(count:)`, then read the slots' results.
///
/// A window's results are the same to the last bit in every slot, beside any other windows.
public struct AutoencoderBatch: ~Copyable, Sendable {
  public let model: Autoencoder
  /// The greatest number of windows of one `run`.
  public let capacity: Int
  public let kernel: Kernel

  /// Windows that are computed together: enough to share each weight between many, few enough
  /// for their states to stay in the cache.
  static let tileLimit = 24
  /// Hidden states of one layer that a tile may hold: what long windows of large layers would take
  /// beyond it is saved by smaller tiles.
  static let tileStateLimit = 1 << 23

  let functions: KernelFunctions
  let tile: Int
  /// [slot][lengthSamples][leads]
  let input: FloatBuffer
  let reference: FloatBuffer
  let reconstruction: FloatBuffer
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
  public init(model: Autoencoder, capacity: Int, kernel: Kernel = .best) {
    precondition(capacity > 0)
    self.model = model
    self.capacity = capacity
    self.kernel = kernel
    functions = KernelFunctions(kernel)
    let manifest = model.manifest
    let network = manifest.architecture
    let layers = model.encoder + model.decoder
    let padded = layers.map(\.paddedUnits).max()!
    tile = max(1, min(capacity, Self.tileLimit, Self.tileStateLimit / (manifest.steps * padded)))
    let rows = manifest.steps * tile

    let windows = capacity * manifest.windowCount
    input = FloatBuffer(count: windows)
    reference = FloatBuffer(count: network.isConditioned ? windows : 0)
    reconstruction = FloatBuffer(count: windows)
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

  /// Sets the window of a slot: `lengthSamples` x `leads` numbers, normalised as the manifest says.
  /// A number that is not finite makes the slot's reconstruction and error NaN.
  public mutating func setInput(slot: Int, _ window: Span<Float>) {
    precondition(slot >= 0 && slot < capacity)
    precondition(window.count == model.manifest.windowCount)
    input.write(window, at: slot * window.count)
  }

  /// Sets the patient's reference beside the window of a slot; for conditioned models only.
  public mutating func setReference(slot: Int, _ window: Span<Float>) {
    precondition(slot >= 0 && slot < capacity)
    precondition(model.manifest.architecture.isConditioned)
    precondition(window.count == model.manifest.windowCount)
    reference.write(window, at: slot * window.count)
  }

  /// Computes the slots `0..<count`.
  public mutating func run(count: Int) {
    precondition(count > 0 && count <= capacity)
    // Even tiles of whole threes where that fits, so that no remainder is computed alone.
    let tiles = (count + tile - 1) / tile
    let size = tiles == 1 ? count : min(tile, ((count + tiles - 1) / tiles + 2) / 3 * 3)
    for start in stride(from: 0, to: count, by: size) {
      runTile(start..<min(start + size, count))
    }
  }

  /// Copies the reconstruction of a slot: as many numbers as a window has.
  public func copyReconstruction(slot: Int, into destination: inout MutableSpan<Float>) {
    precondition(slot >= 0 && slot < capacity)
    precondition(destination.count == model.manifest.windowCount)
    reconstruction.read(at: slot * destination.count, into: &destination)
  }

  /// Copies the latent of a slot: `architecture.latentSize` numbers.
  public func copyLatent(slot: Int, into destination: inout MutableSpan<Float>) {
    precondition(slot >= 0 && slot < capacity)
    precondition(destination.count == model.manifest.architecture.latentSize)
    latent.read(at: slot * latentStride, into: &destination)
  }

  /// Lends the window and the reconstruction of a slot to `body`.
  public func withWindow<Result: ~Copyable>(
    slot: Int, _ body: (_ window: Span<Float>, _ reconstruction: Span<Float>) -> Result
  ) -> Result {
    precondition(slot >= 0 && slot < capacity)
    let size = model.manifest.windowCount
    let window = unsafe UnsafeBufferPointer(start: input.base + slot * size, count: size)
    let output = unsafe UnsafeBufferPointer(start: reconstruction.base + slot * size, count: size)
    return body(unsafe window.span, unsafe output.span)
  }

  /// The reconstruction error of a slot.
  public func error(slot: Int) -> ReconstructionError {
    withWindow(slot: slot) { ReconstructionError(window: $0, reconstruction: $1) }
  }
}
