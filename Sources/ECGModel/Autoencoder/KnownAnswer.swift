/// The known-answer test of a model file: windows, and what the author's program made of them.
struct KnownAnswer: Sendable {
  static let tensor = "knownAnswer.reconstruction"
  static let unroundedTensor = "knownAnswer.unrounded"
  private static let countLimit = 64

  let count: Int
  /// [count][lengthSamples][leads]
  let input: [Float]
  /// The same, for a conditioned model; empty otherwise.
  let reference: [Float]
  /// What must be met: the reconstruction, and beside it, where weights were rounded to be stored,
  /// what they gave before.
  let answers: [Answer]

  struct Answer: Sendable {
    let tensor: String
    /// Where the tensor begins in the file.
    let byteOffset: Int
    /// As `input`.
    let expected: [Float]
    let tolerance: Double
  }

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
    func answer(_ name: String, tolerance: Double) throws(ModelError) -> Answer {
      let expected = try reader.take(name, shape: shape)
      return Answer(
        tensor: name, byteOffset: reader.file[name]?.range.lowerBound ?? 0, expected: expected,
        tolerance: tolerance)
    }
    let exact = try answer(Self.tensor, tolerance: manifest.knownAnswerTolerance)
    if let tolerance = manifest.weights.roundingTolerance {
      answers = [exact, try answer(Self.unroundedTensor, tolerance: tolerance)]
    } else {
      answers = [exact]
    }
  }

  /// The difference of one sample from the first answer.
  ///
  /// Errors: `knownAnswerFailed`, where it misses any answer.
  func check(_ actual: Float, element: Int) throws(ModelError) -> Double {
    for answer in answers {
      // Written so that a NaN fails too.
      guard abs(Double(actual) - Double(answer.expected[element])) <= answer.tolerance else {
        throw .knownAnswerFailed(
          tensor: answer.tensor, byteOffset: answer.byteOffset + 4 * element, element: element,
          expected: answer.expected[element], actual: actual, tolerance: answer.tolerance)
      }
    }
    return abs(Double(actual) - Double(answers[0].expected[element]))
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
        worst = max(worst, try knownAnswer.check(actual[i], element: slot * size + i))
      }
    }
    return worst
  }
}
