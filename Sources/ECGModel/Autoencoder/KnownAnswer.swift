/// The known-answer test of a model file: windows, and what the author's program made of them.
struct KnownAnswer: Sendable {
  static let tensor = "knownAnswer.reconstruction"
  private static let countLimit = 64

  let count: Int
  /// [count][lengthSamples][leads]
  let input: [Float]
  /// The same, for a conditioned model; empty otherwise.
  let reference: [Float]
  let reconstruction: [Float]
  /// Where the expected reconstruction begins in the file.
  let byteOffset: Int

  init(_ reader: inout WeightReader, manifest: ModelManifest) throws(ModelError) {
    guard let tensor = reader.file["knownAnswer.input"] else {
      throw .missingTensor("knownAnswer.input")
    }
    let window = [manifest.lengthSamples, manifest.leads.count]
    count = max(1, min(tensor.shape.first ?? 1, Self.countLimit))
    let shape = [count] + window
    input = try reader.take("knownAnswer.input", shape: shape)
    reference =
      manifest.architecture.isConditioned
      ? try reader.take("knownAnswer.reference", shape: shape) : []
    reconstruction = try reader.take(Self.tensor, shape: shape)
    byteOffset = reader.file[Self.tensor]?.range.lowerBound ?? 0
  }
}

extension Autoencoder {
  /// The greatest absolute difference from the known answer, in the numbers of the window.
  ///
  /// Errors: `knownAnswerFailed`, with the first sample that differs by more than the tolerance.
  @discardableResult
  public func verifyKnownAnswer(kernel: Kernel = .best) throws(ModelError) -> Double {
    let size = manifest.windowCount
    var batch = AutoencoderBatch(model: self, capacity: knownAnswer.count, kernel: kernel)
    for slot in 0..<knownAnswer.count {
      let window = slot * size..<(slot + 1) * size
      batch.setInput(slot: slot, knownAnswer.input[window].span)
      if manifest.architecture.isConditioned {
        batch.setReference(slot: slot, knownAnswer.reference[window].span)
      }
    }
    batch.run(count: knownAnswer.count)
    var worst = 0.0
    var actual = [Float](repeating: 0, count: size)
    for slot in 0..<knownAnswer.count {
      var span = actual.mutableSpan
      batch.copyReconstruction(slot: slot, into: &span)
      for i in 0..<size {
        let element = slot * size + i
        let expected = knownAnswer.reconstruction[element]
        let difference = abs(Double(actual[i]) - Double(expected))
        // Written so that a NaN fails too.
        guard difference <= manifest.knownAnswerTolerance else {
          throw .knownAnswerFailed(
            tensor: KnownAnswer.tensor, byteOffset: knownAnswer.byteOffset + 4 * element,
            element: element, expected: expected, actual: actual[i],
            tolerance: manifest.knownAnswerTolerance)
        }
        worst = max(worst, difference)
      }
    }
    return worst
  }
}
