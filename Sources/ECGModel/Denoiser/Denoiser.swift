/// A denoiser ready to run: its manifest, and its weights packed for the kernels. Immutable, so
/// that any number of threads share one; each stream is cleaned in a `DenoiserStream` of its own.
public final class Denoiser: Sendable {
  public let manifest: DenoiserManifest
  /// The manifest as it stands in the file: one JSON object.
  public let manifestText: String
  /// The SHA-256 of the whole file, in lower-case hexadecimal.
  public let hash: String
  /// The number of weights and biases.
  public let parameterCount: Int

  let layers: [LSTMLayer]
  let output: LinearLayer
  private let answer: Answer

  /// A signal, and what the author's program made of it.
  private struct Answer: Sendable {
    static let tensor = "knownAnswer.output"
    let input: [Float]
    /// From input sample 0 on, shorter by the look-ahead.
    let output: [Float]
    let byteOffset: Int
  }

  /// Reads a file's bytes, and proves with its known-answer test that `kernel` computes what the
  /// author's program did.
  ///
  /// Errors: every case of `ModelError`; see Documentation/Model.md.
  public convenience init(_ bytes: [UInt8], kernel: Kernel = .best) throws(ModelError) {
    try self.init(unverified: bytes)
    try verifyKnownAnswer(kernel: kernel)
  }

  /// Reads a file from the disk and runs its known-answer test.
  public convenience init(path: String, kernel: Kernel = .best) throws(ModelError) {
    try self.init(ModelFile.bytes(path: path), kernel: kernel)
  }

  /// Reads a file's bytes without running its known-answer test.
  public init(unverified bytes: [UInt8]) throws(ModelError) {
    let file = try SafetensorsFile(bytes)
    let manifest = try DenoiserManifest(file)
    var reader = WeightReader(file: file, storage: .float32)
    layers = try reader.stack("lstm", inputs: manifest.frameSamples, units: manifest.units)
    output = try reader.linear(
      "output", inputs: manifest.units.last!, outputs: manifest.outputs)
    parameterCount = reader.parameterCount
    answer = try Self.answer(&reader, manifest)
    try reader.checkNothingLeft()
    self.manifest = manifest
    manifestText = file.metadata[DenoiserManifest.metadataKey] ?? ""
    hash = SHA256.hex(bytes)
  }

  private static func answer(
    _ reader: inout WeightReader, _ manifest: DenoiserManifest
  ) throws(ModelError) -> Answer {
    let lengths = (manifest.lookaheadSamples + manifest.hopSamples)...65_536
    guard let tensor = reader.file["knownAnswer.input"] else {
      throw .missingTensor("knownAnswer.input")
    }
    // Whole hops, and at least one of them to compare.
    var count = min(max(tensor.shape.first ?? 0, lengths.lowerBound), lengths.upperBound)
    count -= count % manifest.hopSamples
    let input = try reader.take("knownAnswer.input", shape: [count])
    let output = try reader.take(Answer.tensor, shape: [count - manifest.lookaheadSamples])
    return Answer(
      input: input, output: output, byteOffset: reader.file[Answer.tensor]?.range.lowerBound ?? 0)
  }

  /// The greatest absolute difference from the known answer, in millivolts.
  ///
  /// Errors: `knownAnswerFailed`, with the first sample that differs by more than the tolerance.
  @discardableResult
  public func verifyKnownAnswer(kernel: Kernel = .best) throws(ModelError) -> Double {
    let stream = DenoiserStream(self, kernel: kernel)
    var worst = 0.0
    for sample in answer.input {
      guard stream.process(sample) else { continue }
      for i in 0..<manifest.hopSamples {
        let element = Int(stream.outputStart) + i
        let difference = abs(Double(stream[i]) - Double(answer.output[element]))
        // A NaN is no agreement.
        guard difference <= manifest.knownAnswerTolerance else {
          throw .knownAnswerFailed(
            tensor: Answer.tensor, byteOffset: answer.byteOffset, element: element,
            expected: answer.output[element], actual: stream[i],
            tolerance: manifest.knownAnswerTolerance)
        }
        worst = max(worst, difference)
      }
    }
    return worst
  }

  /// Multiplications and additions of one step, as 2 for each pair; the gates are not counted.
  public var floatingPointOperations: Int {
    layers.reduce(2 * output.inputs * output.outputs) {
      $0 + 8 * $1.units * ($1.inputs + $1.units)
    }
  }
}
