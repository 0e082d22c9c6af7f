/// Takes a file's tensors by name, and knows in the end which ones nobody wanted.
struct WeightReader {
  let file: SafetensorsFile
  /// The storage of the matrices of LSTM layers.
  let storage: WeightStorage
  private(set) var parameterCount = 0
  private var taken: Set<String> = []

  init(file: SafetensorsFile, storage: WeightStorage) {
    self.file = file
    self.storage = storage
  }

  mutating func take(
    _ name: String, shape: [Int], dtype: Dtype = .f32
  ) throws(ModelError) -> [Float] {
    taken.insert(name)
    return try file.floats(name, shape: shape, dtype: dtype)
  }

  private mutating func weights(
    _ name: String, shape: [Int], dtype: Dtype = .f32
  ) throws(ModelError) -> [Float] {
    let values = try take(name, shape: shape, dtype: dtype)
    parameterCount += values.count
    return values
  }

  /// LSTM layers one above the other; only the first one has constant inputs.
  mutating func stack(
    _ name: String, inputs: Int, constantInputs: Int = 0, units: [Int]
  ) throws(ModelError) -> [LSTMLayer] {
    let dtype: Dtype = storage == .float16 ? .f16 : .f32
    var layers: [LSTMLayer] = []
    var (inputs, constantInputs) = (inputs, constantInputs)
    for (index, units) in units.enumerated() {
      let prefix = "\(name).\(index)."
      layers.append(
        LSTMLayer(
          weightIH: try weights(
            prefix + "weight_ih", shape: [4 * units, constantInputs + inputs], dtype: dtype),
          weightHH: try weights(prefix + "weight_hh", shape: [4 * units, units], dtype: dtype),
          bias: try weights(prefix + "bias", shape: [4 * units]),
          inputs: inputs, units: units, constantInputs: constantInputs,
          storage: storage))
      (inputs, constantInputs) = (units, 0)
    }
    return layers
  }

  mutating func linear(
    _ name: String, inputs: Int, outputs: Int
  ) throws(ModelError) -> LinearLayer {
    LinearLayer(
      weight: try weights(name + ".weight", shape: [outputs, inputs]),
      bias: try weights(name + ".bias", shape: [outputs]), inputs: inputs, outputs: outputs)
  }

  /// Errors: `unknownTensor`, where the file has one that nobody took.
  func checkNothingLeft() throws(ModelError) {
    for tensor in file.tensors where !taken.contains(tensor.name) {
      throw .unknownTensor(tensor.name, byteOffset: tensor.range.lowerBound)
    }
  }
}
