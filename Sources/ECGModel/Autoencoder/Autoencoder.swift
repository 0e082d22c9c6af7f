/// A model ready to run: its manifest, and its weights packed for the kernels. Immutable, so that
/// any number of threads share one; each thread computes in an `AutoencoderBatch` of its own.
public final class Autoencoder: Sendable {
  public let manifest: ModelManifest
  /// The manifest as it stands in the file: one JSON object.
  public let manifestText: String
  /// The SHA-256 of the whole file, in lower-case hexadecimal.
  public let hash: String
  /// The number of weights and biases.
  public let parameterCount: Int

  let encoder: [LSTMLayer]
  let latent: LinearLayer?
  let decoder: [LSTMLayer]
  let output: LinearLayer
  let knownAnswer: KnownAnswer

  /// Reads a model file's bytes, and proves with its known-answer test that `kernel` computes what
  /// the author's program did.
  ///
  /// Errors: every case of `ModelError`; see Documentation/Model.md.
  public convenience init(_ bytes: [UInt8], kernel: Kernel = .best) throws(ModelError) {
    try self.init(unverified: bytes)
    try verifyKnownAnswer(kernel: kernel)
  }

  /// Reads a model file's bytes without running its known-answer test.
  public init(unverified bytes: [UInt8]) throws(ModelError) {
    let file = try SafetensorsFile(bytes)
    let manifest = try ModelManifest(file)
    var reader = WeightReader(file: file, storage: manifest.weights.storage)
    let network = manifest.architecture
    let patch = manifest.patch

    encoder = try reader.stack(
      "encoder", inputs: network.encoderInput == .signal ? patch : 2 * patch,
      units: network.encoderUnits)
    latent =
      switch network.latent {
      case .lastHidden: nil
      case .linear(let size):
        try reader.linear("latent", inputs: network.encoderUnits.last!, outputs: size)
      }
    let (inputs, constantInputs) =
      switch network.decoderInput {
      case .latent: (0, network.latentSize)
      case .latentAndReference: (patch, network.latentSize)
      case .hiddenStates: (network.latentSize, 0)
      }
    decoder = try reader.stack(
      "decoder", inputs: inputs, constantInputs: constantInputs, units: network.decoderUnits)
    output = try reader.linear("output", inputs: network.decoderUnits.last!, outputs: patch)
    parameterCount = reader.parameterCount
    knownAnswer = try KnownAnswer(&reader, manifest: manifest)
    try reader.checkNothingLeft()
    self.manifest = manifest
    manifestText = file.metadata[ModelManifest.metadataKey] ?? ""
    hash = SHA256.hex(bytes)
  }

  /// Multiplications and additions of one window as the network is defined, as 2 for each pair;
  /// the gates are not counted.
  public var floatingPointOperations: Int { operations(constantTimes: manifest.steps) }

  /// The same as they are computed: the products of a constant input only once.
  public var computedOperations: Int { operations(constantTimes: 1) }

  private func operations(constantTimes: Int) -> Int {
    func layer(_ layer: LSTMLayer) -> Int {
      let columns = (layer.inputs + layer.units) * manifest.steps
      return 8 * layer.units * (columns + layer.constantInputs * constantTimes)
    }
    let stacks = (encoder + decoder).reduce(0) { $0 + layer($1) }
    let projection = latent.map { 2 * $0.inputs * $0.outputs } ?? 0
    return stacks + projection + 2 * output.inputs * output.outputs * manifest.steps
  }

  /// One layer's weights as a single window reads them: `bytes` of them that lie in so many bytes.
  public struct WeightTraffic: Equatable, Sendable {
    public let bytes: Int
    public let footprintBytes: Int
  }

  /// What a window computed alone reads of each layer: the recurrent weights at every step, the
  /// input's once for `hoistedRowCount` steps.
  public var weightTraffic: [WeightTraffic] {
    (encoder + decoder).map { layer in
      let size = layer.storage == .float16 ? 2 : 4
      let recurrent = layer.blocks * 32 * layer.units * size
      let passes = (manifest.steps + LSTMLayer.hoistedRowCount - 1) / LSTMLayer.hoistedRowCount
      // Input products of many steps at once are made of widened weights.
      let input = layer.blocks * 32 * (layer.inputs * passes + layer.constantInputs) * 4
      return WeightTraffic(bytes: recurrent * manifest.steps + input, footprintBytes: recurrent)
    }
  }
}
