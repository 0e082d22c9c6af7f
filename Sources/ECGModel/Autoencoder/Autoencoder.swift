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
    var reader = WeightReader(file: file)
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
    decoder = try reader.stack(
      "decoder", inputs: network.decoderInput == .latent ? 0 : patch,
      constantInputs: network.latentSize, units: network.decoderUnits)
    output = try reader.linear("output", inputs: network.decoderUnits.last!, outputs: patch)
    parameterCount = reader.parameterCount
    knownAnswer = try KnownAnswer(&reader, manifest: manifest)
    try reader.checkNothingLeft()
    self.manifest = manifest
    manifestText = file.metadata[ModelManifest.metadataKey] ?? ""
    hash = SHA256.hex(bytes)
  }

  /// Multiplications and additions of one window, as 2 for each pair; the gates are not counted,
  /// nor is what a constant input saves.
  public var floatingPointOperations: Int {
    func layer(_ layer: LSTMLayer) -> Int {
      let columns = layer.constantInputs + layer.inputs + layer.units
      return 8 * layer.units * columns * manifest.steps
    }
    let stacks = (encoder + decoder).reduce(0) { $0 + layer($1) }
    let projection = latent.map { 2 * $0.inputs * $0.outputs } ?? 0
    return stacks + projection + 2 * output.inputs * output.outputs * manifest.steps
  }
}
