/// Where everything that a batch computes lies in its workspace. Every region starts at a
/// multiple of 8 floats.
struct BatchLayout: Sendable {
  /// Where the input of a layer is fewer windows than this, its products are made for many steps
  /// at once, as there are too few windows to make good use of the weights.
  static let narrowWindowLimit = 6
  /// Steps times windows that are carried from layer to layer together.
  private static let narrowRowCount = 48
  private static let wideStepCount = 8

  /// Floats of one window.
  let windowCount: Int
  /// The same with padding.
  let windowStride: Int
  /// The rows of one chunk: steps times windows, at most.
  let rowLimit: Int

  let window: Int
  /// Zero floats long where the model is not conditioned; so are the two below.
  let reference: Int
  let normalised: Int
  let normalisedReference: Int
  /// `[step][difference, reference]` of each window, for an encoder that takes both.
  let encoderInput: Int
  let encoderInputStride: Int
  let latent: Int
  let latentStride: Int
  let reconstruction: Int
  /// The constant input's products of the first decoder layer.
  let hoisted: Int
  /// The input's products of one chunk of steps.
  let gates: Int
  /// The linear output of one chunk of steps.
  let output: Int
  let encoder: [LayerStates]
  let decoder: [LayerStates]
  /// All floats.
  let count: Int

  /// The states of one layer.
  struct LayerStates: Sendable {
    let cell: Int
    /// The hidden states before the chunk, then after each of its steps: `[1 + step][window]`.
    let hidden: Int
  }

  init(_ network: Network, _ manifest: ModelManifest, capacity: Int) {
    var end = 0
    func region(_ count: Int) -> Int {
      let start = end
      end += FloatStore.padded(count)
      return start
    }
    windowCount = manifest.windowLength * manifest.leads.count
    windowStride = FloatStore.padded(windowCount)
    rowLimit = max(Self.narrowRowCount, Self.wideStepCount * capacity)
    let isConditioned = manifest.architecture.isConditioned
    let windows = capacity * windowStride

    window = region(windows)
    reference = region(isConditioned ? windows : 0)
    normalised = region(windows)
    normalisedReference = region(isConditioned ? windows : 0)
    let takesBoth = manifest.architecture.encoder.input == .differenceAndReference
    encoderInputStride = takesBoth ? FloatStore.padded(2 * windowCount) : 0
    encoderInput = region(capacity * encoderInputStride)
    latentStride = FloatStore.padded(manifest.architecture.latentSize)
    latent = region(capacity * latentStride)
    reconstruction = region(windows)
    hoisted = region(capacity * network.decoder[0].gateCount)
    let layers = network.encoder + network.decoder
    gates = region(Self.narrowRowCount * layers.map(\.gateCount).max()!)
    output = region(rowLimit * network.output.paddedOutputs)
    let rows = rowLimit + capacity
    func states(_ layer: Network.Layer) -> LayerStates {
      LayerStates(
        cell: region(capacity * layer.paddedUnits), hidden: region(rows * layer.paddedUnits))
    }
    encoder = network.encoder.map(states)
    decoder = network.decoder.map(states)
    count = end
  }

  /// Steps that are carried from layer to layer together, for so many windows.
  func chunkSteps(windows: Int) -> Int {
    let rows = windows < Self.narrowWindowLimit ? Self.narrowRowCount : rowLimit
    return max(1, rows / windows)
  }
}
