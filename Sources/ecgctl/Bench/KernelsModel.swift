import ECGModel
import ECGRecords

/// A network of seeded random weights to measure with: its speed does not depend on them.
struct KernelsModel {
  let name: String
  let encoder: [Int]
  let decoderInput: String
  let decoder: [Int]
  let storage: WeightStorage

  static let stepCount = 140
  static let windowSeed: UInt64 = 2

  /// LSTM(1, 64), LSTM(64, 64), Linear(64, 1): one stack.
  static func small(_ storage: WeightStorage) -> KernelsModel {
    KernelsModel(
      name: "S", encoder: [64], decoderInput: "hiddenStates", decoder: [64], storage: storage)
  }

  /// LSTM(1, 256), LSTM(256, 128); its last state repeated; LSTM(128, 128), LSTM(128, 256),
  /// Linear(256, 1).
  static func reference(_ storage: WeightStorage) -> KernelsModel {
    KernelsModel(
      name: "R", encoder: [256, 128], decoderInput: "latent", decoder: [128, 256],
      storage: storage)
  }

  private var manifest: String {
    let weights =
      storage == .float16
      ? #""weights": {"storage": "float16", "roundingTolerance": 1},"# : ""
    return """
      {"formatVersion": 1, "name": "\(name)", "description": "random weights, for benchmarks",
       "leads": {"count": 1, "names": []}, "sampleRateHz": 125,
       "window": {"kind": "sliding", "lengthSamples": \(Self.stepCount), "hopSamples": \(Self.stepCount)},
       "samplesPerStep": 1,
       "filters": {"highPass": null, "lowPass": null, "mainsNotch": false},
       "normalisation": "none", \(weights)
       "architecture": {"encoder": {"input": "signal", "lstm": \(encoder)},
         "latent": {"kind": "lastHidden"},
         "decoder": {"input": "\(decoderInput)", "lstm": \(decoder)}, "output": {"skip": "none"}},
       "error": {"metric": "L1", "reduction": "sum", "limit": null}, "baseline": {},
       "trainingData": "none", "licence": "MIT", "toolVersions": {},
       "knownAnswer": {"tolerance": 1}}
      """
  }

  /// The model file. Its known answer is zeros: nothing is known about random weights.
  var bytes: [UInt8] {
    var random = SeededRandom(seed: 1)
    var file = KernelsModelFile()
    func add(_ name: String, _ shape: [Int], bound: Float, halves: Bool = false) {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { _ in (2 * Float(random.uniform()) - 1) * bound }
      // float16 is rounded from the same numbers that float32 gets.
      file.add(name, shape, values, halves: halves)
    }
    func stack(_ stack: String, _ layers: [Int], inputs: Int) {
      var inputs = inputs
      for (index, units) in layers.enumerated() {
        let bound = 1 / Float(units).squareRoot()
        let halves = storage == .float16
        add("\(stack).\(index).weight_ih", [4 * units, inputs], bound: bound, halves: halves)
        add("\(stack).\(index).weight_hh", [4 * units, units], bound: bound, halves: halves)
        add("\(stack).\(index).bias", [4 * units], bound: bound)
        inputs = units
      }
    }
    stack("encoder", encoder, inputs: 1)
    stack("decoder", decoder, inputs: encoder[encoder.count - 1])
    let last = decoder[decoder.count - 1]
    add("output.weight", [1, last], bound: 1 / Float(last).squareRoot())
    add("output.bias", [1], bound: 1 / Float(last).squareRoot())
    let window = [1, Self.stepCount, 1]
    add("knownAnswer.input", window, bound: 1)
    add("knownAnswer.reconstruction", window, bound: 0)
    if storage == .float16 { add("knownAnswer.unrounded", window, bound: 0) }
    return file.bytes(metadata: ["ecgd.manifest": manifest])
  }

  /// Windows to compute: numbers between -1 and 1.
  static func windows(_ count: Int, size: Int) -> [[Float]] {
    var random = SeededRandom(seed: windowSeed)
    return (0..<count).map { _ in
      (0..<size).map { _ in 2 * Float(random.uniform()) - 1 }
    }
  }
}
