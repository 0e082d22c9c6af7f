/// The weights of one LSTM layer, packed for the kernels; immutable and shared.
///
/// A layer's input may begin with numbers that are the same at every step (a decoder's latent).
/// Their columns are packed apart, so that their product is computed once a window.
final class LSTMLayer: Sendable {
  /// Scales of the gates i, f, g, o that turn their exponentials into powers of two.
  private static let gateScales: [Double] = [-log2e, -log2e, -2 * log2e, -log2e]
  /// The same, for sums that are scaled when they are complete.
  static let sumScale = Float(-log2e)
  /// The same for g, and for tanh of the cell state.
  static let cellScale = Float(-2 * log2e)
  private static let log2e = 1.442695040888963407359924681

  let constantInputs: Int
  let inputs: Int
  let units: Int
  /// Blocks of eight units.
  let blocks: Int

  /// [block][column][i x 8, f x 8, g x 8, o x 8]
  let constantWeights: FloatBuffer
  let inputWeights: FloatBuffer
  let recurrentWeights: FloatBuffer
  /// The weights of a step as binary16, for few windows; empty where they are not stored so. Many
  /// windows would pay for widening them and gain nothing from reading less.
  let inputHalves: FloatBuffer
  let recurrentHalves: FloatBuffer
  /// [block][32], scaled as the sums are
  let bias: FloatBuffer
  let storage: WeightStorage

  /// Units padded to whole blocks: the floats of one hidden or cell state.
  var paddedUnits: Int { blocks * 8 }
  /// Floats of one row of gate sums.
  var gateCount: Int { blocks * 32 }

  /// Packs PyTorch's matrices: `weightIH` [4 units, constantInputs + inputs], `weightHH`
  /// [4 units, units] and the sum of its two biases [4 units], gates in the order i, f, g, o.
  /// For `float16` storage the matrices hold numbers of that type already.
  init(
    weightIH: [Float], weightHH: [Float], bias: [Float], inputs: Int, units: Int,
    constantInputs: Int = 0, storage: WeightStorage = .float32
  ) {
    let columns = constantInputs + inputs
    precondition(units > 0)
    precondition(weightIH.count == 4 * units * columns)
    precondition(weightHH.count == 4 * units * units)
    precondition(bias.count == 4 * units)
    self.constantInputs = constantInputs
    self.inputs = inputs
    self.units = units
    self.storage = storage
    blocks = (units + 7) / 8
    func pack(_ matrix: [Float], _ columns: Int, _ range: Range<Int>) -> FloatBuffer {
      Self.pack(matrix, units: units, columns: columns, range, storage)
    }
    constantWeights = pack(weightIH, columns, 0..<constantInputs)
    inputWeights = pack(weightIH, columns, constantInputs..<columns)
    recurrentWeights = pack(weightHH, units, 0..<units)
    inputHalves = storage == .float16 ? inputWeights.halves() : FloatBuffer(count: 0)
    recurrentHalves = storage == .float16 ? recurrentWeights.halves() : FloatBuffer(count: 0)
    self.bias = Self.pack(bias, units: units, columns: 1, 0..<1, storage)
  }

  /// Weights in the kernels' order; scaled, unless they are halves, which scaling would round anew.
  private static func pack(
    _ matrix: [Float], units: Int, columns: Int, _ range: Range<Int>, _ storage: WeightStorage
  ) -> FloatBuffer {
    let packed = FloatBuffer(count: (units + 7) / 8 * range.count * 32)
    for unit in 0..<units {
      for (position, column) in range.enumerated() {
        for gate in 0..<4 {
          let weight = Double(matrix[(gate * units + unit) * columns + column])
          packed[((unit / 8) * range.count + position) * 32 + gate * 8 + unit % 8] =
            Float(storage == .float32 ? weight * gateScales[gate] : weight)
        }
      }
    }
    return packed
  }
}
