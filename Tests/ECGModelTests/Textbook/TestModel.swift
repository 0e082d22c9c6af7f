@testable import ECGModel

/// A model of random weights and a chosen shape, as a file and as the reference network.
struct TestModel {
  var leads = 1
  var length = 12
  var samplesPerStep = 1
  var encoderInput = "signal"
  var encoder = [5]
  /// Nil: the last hidden state.
  var latentSize: Int?
  var decoderInput = "latent"
  var decoder = [7]
  var skip = "none"
  var normalisation = "none"
  var metric = "L1"
  var reduction = "sum"
  var limit = "26"
  var sampleRateHz = 125.0
  var knownAnswers = 2
  var tolerance = "1e-4"
  var seed: UInt64 = 1
  var weightRange: ClosedRange<Float> = -0.7...0.7
  /// LSTM matrices as binary16.
  var halves = false
  var roundingTolerance = "1e-2"

  var isConditioned: Bool {
    encoderInput != "signal" || decoderInput == "latentAndReference" || skip != "none"
  }
  var numbersPerStep: Int { samplesPerStep * leads }
  var windowCount: Int { length * leads }

  private var weights: String {
    halves
      ? #""weights": {"storage": "float16", "roundingTolerance": \#(roundingTolerance)},"# : ""
  }

  var manifest: String {
    let latent =
      latentSize.map { "{\"kind\": \"linear\", \"size\": \($0)}" } ?? "{\"kind\": \"lastHidden\"}"
    return """
      {"formatVersion": 1, "name": "test", "description": "random weights",
       "leads": {"count": \(leads), "names": ["MLII", "II"]}, "sampleRateHz": \(sampleRateHz),
       "window": {"kind": "sliding", "lengthSamples": \(length), "hopSamples": 4},
       "samplesPerStep": \(samplesPerStep),
       "filters": {"highPass": {"hz": 0.5, "order": 2}, "lowPass": null, "mainsNotch": true},
       "normalisation": "\(normalisation)",
       \(weights)
       "architecture": {"encoder": {"input": "\(encoderInput)", "lstm": \(encoder)},
         "latent": \(latent), "decoder": {"input": "\(decoderInput)", "lstm": \(decoder)},
         "output": {"skip": "\(skip)"}},
       "error": {"metric": "\(metric)", "reduction": "\(reduction)", "limit": \(limit)},
       "baseline": {"learningSeconds": 60, "quantiles": [0.5, 0.99]},
       "trainingData": "none", "licence": "MIT", "toolVersions": {"python": "3.11"},
       "knownAnswer": {"tolerance": \(tolerance)}}
      """
  }

  /// The network of the stored weights.
  var network: ReferenceNetwork {
    var network = unrounded
    guard halves else { return network }
    func round(_ layer: inout ReferenceNetwork.Layer) {
      layer.weightIH = layer.weightIH.map { Float(Float16($0)) }
      layer.weightHH = layer.weightHH.map { Float(Float16($0)) }
    }
    for i in network.encoder.indices { round(&network.encoder[i]) }
    for i in network.decoder.indices { round(&network.decoder[i]) }
    return network
  }

  /// The network before its weights were rounded to be stored.
  var unrounded: ReferenceNetwork {
    var random = Seeded(seed)
    func layers(_ units: [Int], inputs: Int) -> [ReferenceNetwork.Layer] {
      var inputs = inputs
      return units.map { count in
        defer { inputs = count }
        return ReferenceNetwork.Layer(
          units: count, inputs: inputs,
          weightIH: random.floats(4 * count * inputs, in: weightRange),
          weightHH: random.floats(4 * count * count, in: weightRange),
          bias: random.floats(4 * count, in: weightRange))
      }
    }
    func linear(_ outputs: Int, _ inputs: Int) -> ReferenceNetwork.Linear {
      ReferenceNetwork.Linear(
        outputs: outputs, inputs: inputs,
        weight: random.floats(outputs * inputs, in: weightRange),
        bias: random.floats(outputs, in: weightRange))
    }
    let encoderLayers = layers(
      encoder, inputs: encoderInput == "signal" ? numbersPerStep : 2 * numbersPerStep)
    let latent = latentSize.map { linear($0, encoder.last!) }
    let latentCount = latentSize ?? encoder.last!
    let decoderLayers = layers(
      decoder,
      inputs: latentCount + (decoderInput == "latentAndReference" ? numbersPerStep : 0))
    return ReferenceNetwork(
      encoder: encoderLayers, latent: latent, decoder: decoderLayers,
      output: linear(numbersPerStep, decoder.last!))
  }

  /// Windows of numbers between -1 and 1.
  func windows(_ count: Int, seed: UInt64) -> [[Float]] {
    var random = Seeded(seed)
    return (0..<count).map { _ in random.floats(windowCount, in: -1...1) }
  }

  /// The window as steps of the reference network.
  func steps(_ window: [Float]) -> [[Double]] {
    stride(from: 0, to: window.count, by: numbersPerStep).map { start in
      window[start..<start + numbersPerStep].map { Double($0) }
    }
  }

  func expected(_ window: [Float], reference: [Float]?) -> (
    latent: [Double], reconstruction: [Double]
  ) {
    network.run(steps(window), reference: reference.map(steps), self)
  }

  var builder: SafetensorsBuilder {
    var file = SafetensorsBuilder()
    let network = network
    for (stack, layers) in [("encoder", network.encoder), ("decoder", network.decoder)] {
      for (i, layer) in layers.enumerated() {
        let rows = 4 * layer.units
        let matrices = [
          ("weight_ih", layer.inputs, layer.weightIH), ("weight_hh", layer.units, layer.weightHH),
        ]
        for (name, columns, matrix) in matrices {
          if halves {
            file.addHalves("\(stack).\(i).\(name)", [rows, columns], matrix)
          } else {
            file.add("\(stack).\(i).\(name)", [rows, columns], matrix)
          }
        }
        file.add("\(stack).\(i).bias", [rows], layer.bias)
      }
    }
    if let latent = network.latent {
      file.add("latent.weight", [latent.outputs, latent.inputs], latent.weight)
      file.add("latent.bias", [latent.outputs], latent.bias)
    }
    file.add(
      "output.weight", [network.output.outputs, network.output.inputs], network.output.weight)
    file.add("output.bias", [network.output.outputs], network.output.bias)
    let shape = [knownAnswers, length, leads]
    let inputs = windows(knownAnswers, seed: 1001)
    let references = windows(knownAnswers, seed: 1002)
    file.add("knownAnswer.input", shape, inputs.flatMap { $0 })
    if isConditioned { file.add("knownAnswer.reference", shape, references.flatMap { $0 }) }
    func answer(_ network: ReferenceNetwork) -> [Float] {
      zip(inputs, references).flatMap { input, reference in
        network.run(steps(input), reference: steps(reference), self).reconstruction
          .map { Float($0) }
      }
    }
    file.add("knownAnswer.reconstruction", shape, answer(network))
    if halves { file.add("knownAnswer.unrounded", shape, answer(unrounded)) }
    file.metadata["ecgd.manifest"] = manifest
    return file
  }

  func load(kernel: Kernel = .best) throws -> Autoencoder {
    try Autoencoder(builder.bytes, kernel: kernel)
  }

  /// Shapes that between them use every path of the network.
  static let shapes: [TestModel] = [
    TestModel(),
    TestModel(encoder: [16, 9], decoder: [8, 24]),
    TestModel(leads: 2, length: 30, samplesPerStep: 5, encoder: [11], latentSize: 3),
    TestModel(leads: 3, length: 130, encoder: [8, 8, 8], latentSize: 17, decoder: [3]),
    TestModel(
      encoderInput: "differenceAndReference", encoder: [6], latentSize: 4,
      decoderInput: "latentAndReference", decoder: [10], skip: "reference"),
    TestModel(
      leads: 2, length: 32, samplesPerStep: 4, encoderInput: "differenceAndReference",
      encoder: [8, 12], decoderInput: "latentAndReference", decoder: [9, 16]),
    TestModel(length: 20, samplesPerStep: 20, encoder: [12], decoder: [12], skip: "reference"),
    TestModel(length: 25, encoder: [20], decoderInput: "hiddenStates", decoder: [72, 9]),
    TestModel(encoder: [16, 9], decoder: [8, 24], halves: true),
    TestModel(
      encoderInput: "differenceAndReference", encoder: [6], latentSize: 4,
      decoderInput: "latentAndReference", decoder: [70], skip: "reference", halves: true),
  ]
}

extension AutoencoderBatch {
  /// Puts a window, and a reference, into a slot.
  mutating func fill(_ slot: Int, _ window: [Float], _ reference: [Float]?) {
    setInput(slot: slot, window.span)
    if let reference { setReference(slot: slot, reference.span) }
  }

  func reconstruction(_ slot: Int) -> [Float] {
    var numbers = [Float](repeating: 0, count: model.manifest.windowCount)
    var span = numbers.mutableSpan
    copyReconstruction(slot: slot, into: &span)
    return numbers
  }

  func latent(_ slot: Int) -> [Float] {
    var numbers = [Float](repeating: 0, count: model.manifest.architecture.latentSize)
    var span = numbers.mutableSpan
    copyLatent(slot: slot, into: &span)
    return numbers
  }
}

extension Seeded {
  mutating func floats(_ count: Int, in range: ClosedRange<Float>) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }
}

/// The greatest absolute difference.
func distance(_ a: [Float], _ b: [Double]) -> Double {
  precondition(a.count == b.count)
  return zip(a, b).map { (Double($0) - $1).magnitude }.max() ?? 0
}
