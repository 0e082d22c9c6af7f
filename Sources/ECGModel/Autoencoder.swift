/// An LSTM autoencoder, read from a model file, checked, and proven on this machine by its
/// known-answer test. Immutable: threads share it, and each computes in its own
/// `AutoencoderBatch`.
public struct Autoencoder: Sendable {
  public let manifest: ModelManifest
  /// The SHA-256 of the whole file, in lower-case hexadecimal.
  public let hash: String
  let network: Network

  /// Whether each window needs a reference, the patient's own normal beat, beside it.
  public var isConditioned: Bool { manifest.architecture.isConditioned }

  /// Reads a model from the bytes of its file, and runs the known-answer test with a kernel.
  ///
  /// Errors: see `ModelError`; each names the tensor or field, and the byte of the file.
  public init(bytes: [UInt8], kernel: Kernel = .best) throws(ModelError) {
    let file = try SafetensorsFile(bytes)
    guard let json = file.metadata[ModelManifest.metadataKey] else {
      throw .missingManifest(key: ModelManifest.metadataKey)
    }
    manifest = try ModelManifest(json: json)
    let names = Network.tensorNames(manifest.architecture)
    for tensor in file.tensors where !names.contains(tensor.name) {
      throw .unknownTensor(tensor.name, byteOffset: tensor.range.lowerBound)
    }
    network = try Network(file, manifest)
    hash = SHA256.hex(bytes)
    try KnownAnswer(file, manifest).check(self, kernel: kernel)
  }

  /// Reads a model file.
  ///
  /// Errors: `cannotRead`, and those of `init(bytes:)`.
  public init(contentsOf path: String) throws(ModelError) {
    try self.init(bytes: try FileBytes.read(path))
  }
}
