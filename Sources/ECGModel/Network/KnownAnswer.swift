/// Windows and what the model's author made of them, read from a model file.
struct KnownAnswer {
  static let windowLimit = 64

  private static let inputName = "knownAnswer.input"
  private static let referenceName = "knownAnswer.reference"
  private static let reconstructionName = "knownAnswer.reconstruction"

  /// Floats of one window.
  let windowCount: Int
  /// How many windows there are.
  let count: Int
  /// As the network sees them: already normalised.
  let input: [Float]
  let reference: [Float]?
  let reconstruction: [Float]
  let tolerance: Double
  /// Where the expected numbers stand in the file.
  let reconstructionOffset: Int

  static func tensorNames(isConditioned: Bool) -> Set<String> {
    isConditioned
      ? [inputName, referenceName, reconstructionName] : [inputName, reconstructionName]
  }

  /// Errors: `missingTensor`, `wrongDtype`, `wrongShape`, `notFinite`.
  init(_ file: SafetensorsFile, _ manifest: ModelManifest) throws(ModelError) {
    let window = [manifest.windowLength, manifest.leads.count]
    windowCount = window[0] * window[1]
    guard let tensor = file[Self.inputName] else { throw .missingTensor(Self.inputName) }
    let count = tensor.shape.first ?? 0
    let shape = [min(max(count, 1), Self.windowLimit)] + window
    self.count = count
    input = try file.floats(tensor, shape: shape)
    reference =
      manifest.architecture.isConditioned
      ? try file.floats(Self.referenceName, shape: shape) : nil
    reconstruction = try file.floats(Self.reconstructionName, shape: shape)
    reconstructionOffset = file[Self.reconstructionName]!.range.lowerBound
    tolerance = manifest.knownAnswerTolerance
  }

  /// Computes the windows anew.
  ///
  /// Errors: `knownAnswerFailed`, at the first sample that is not within the tolerance.
  func check(_ model: Autoencoder, kernel: Kernel) throws(ModelError) {
    var batch = AutoencoderBatch(model, capacity: 1, kernel: kernel)
    for window in 0..<count {
      let start = window * windowCount
      batch.setNormalised(0, input, reference, from: start)
      batch.runNormalised(count: 1)
      try batch.withReconstruction(0) { (actual: Span<Float>) throws(ModelError) in
        for i in 0..<windowCount {
          let expected = reconstruction[start + i]
          // Not `>`: a NaN must fail.
          if (Double(actual[i]) - Double(expected)).magnitude <= tolerance { continue }
          throw .knownAnswerFailed(
            tensor: Self.reconstructionName, byteOffset: reconstructionOffset + 4 * (start + i),
            element: start + i, expected: expected, actual: actual[i], tolerance: tolerance)
        }
      }
    }
  }
}
