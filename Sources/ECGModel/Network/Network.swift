/// The weights of an autoencoder, packed for the kernels, and what stands where among them.
/// Never changes, so every batch shares it.
struct Network: Sendable {
  /// One LSTM layer.
  struct Layer: Sendable {
    let units: Int
    /// Multiplies what is the same at every step: the latent, in the first decoder layer.
    let constantInput: PackedMatrix?
    /// Multiplies what changes from step to step; nil where there is nothing.
    let input: PackedMatrix?
    let recurrent: PackedMatrix
    let bias: PackedMatrix

    var blocks: Int { recurrent.blocks }
    /// Units with the padding to whole blocks.
    var paddedUnits: Int { blocks * WeightPacker.width }
    /// Floats of all gates of one window.
    var gateCount: Int { blocks * recurrent.width }
  }

  /// A linear layer.
  struct Linear: Sendable {
    let weight: PackedMatrix
    let bias: PackedMatrix

    /// Outputs with the padding to whole blocks.
    var paddedOutputs: Int { weight.blocks * WeightPacker.width }
  }

  let weights: FloatStore
  let encoder: [Layer]
  /// Nil where the latent is the last hidden state.
  let latent: Linear?
  let decoder: [Layer]
  let output: Linear
}

extension Network {
  /// Reads and packs the tensors that the manifest's architecture asks for.
  ///
  /// Errors: `missingTensor`, `wrongDtype`, `wrongShape`, `notFinite`.
  init(_ file: SafetensorsFile, _ manifest: ModelManifest) throws(ModelError) {
    let architecture = manifest.architecture
    let step = manifest.numbersPerStep
    var packer = WeightPacker()

    var layers: [Layer] = []
    var inputs = architecture.encoder.input == .signal ? step : 2 * step
    for (i, units) in architecture.encoder.lstm.enumerated() {
      layers.append(
        try Self.layer(
          file, "encoder.\(i)", units: units, constant: 0, varying: inputs, &packer))
      inputs = units
    }
    encoder = layers

    switch architecture.latent {
    case .lastHidden: latent = nil
    case .linear(let size):
      latent = try Self.linear(file, "latent", outputs: size, inputs: inputs, &packer)
    }

    layers = []
    var constant = architecture.latentSize
    inputs = architecture.decoder.input == .latent ? 0 : step
    for (i, units) in architecture.decoder.lstm.enumerated() {
      layers.append(
        try Self.layer(
          file, "decoder.\(i)", units: units, constant: constant, varying: inputs, &packer))
      (constant, inputs) = (0, units)
    }
    decoder = layers
    output = try Self.linear(file, "output", outputs: step, inputs: inputs, &packer)
    weights = packer.store()
  }

  private static func layer(
    _ file: SafetensorsFile, _ name: String, units: Int, constant: Int, varying: Int,
    _ packer: inout WeightPacker
  ) throws(ModelError) -> Layer {
    let inputs = constant + varying
    let outputs = WeightPacker.gates * units
    let input = try file.floats("\(name).weight_ih", shape: [outputs, inputs])
    let recurrent = try file.floats("\(name).weight_hh", shape: [outputs, units])
    let bias = try file.floats("\(name).bias", shape: [outputs])
    return Layer(
      units: units,
      constantInput: constant == 0
        ? nil : packer.gates(input, units: units, stride: inputs, columns: 0..<constant),
      input: varying == 0
        ? nil : packer.gates(input, units: units, stride: inputs, columns: constant..<inputs),
      recurrent: packer.gates(recurrent, units: units, stride: units, columns: 0..<units),
      bias: packer.gates(bias, units: units, stride: 1, columns: 0..<1))
  }

  private static func linear(
    _ file: SafetensorsFile, _ name: String, outputs: Int, inputs: Int,
    _ packer: inout WeightPacker
  ) throws(ModelError) -> Linear {
    let weight = try file.floats("\(name).weight", shape: [outputs, inputs])
    let bias = try file.floats("\(name).bias", shape: [outputs])
    return Linear(
      weight: packer.linear(weight, outputs: outputs, inputs: inputs),
      bias: packer.linear(bias, outputs: outputs, inputs: 1))
  }

  /// The names of all tensors of the architecture, known-answer test included.
  static func tensorNames(_ architecture: Architecture) -> Set<String> {
    var names: Set = ["output.weight", "output.bias"]
    for (stack, layers) in [
      ("encoder", architecture.encoder.lstm), ("decoder", architecture.decoder.lstm),
    ] {
      for i in layers.indices {
        for part in ["weight_ih", "weight_hh", "bias"] { names.insert("\(stack).\(i).\(part)") }
      }
    }
    if case .linear = architecture.latent { names.formUnion(["latent.weight", "latent.bias"]) }
    return names.union(KnownAnswer.tensorNames(isConditioned: architecture.isConditioned))
  }
}
