/// The weights of one LSTM layer, packed for the kernels; immutable and shared.
///
/// A layer's input may begin with numbers that are the same at every step (a decoder's latent).
/// Their columns are packed apart, so that their product is computed once a window.
final class LSTMLayer: Sendable {
  /// Scales of the gates i, f, g, o that turn their exponentials into powers of two.
  private static let gateScales: [Double] = [-log2e, -log2e, -2 * log2e, -log2e]
  /// The same for tanh of the cell state.
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
  /// [block][32]
  let bias: FloatBuffer

  /// Units padded to whole blocks: the floats of one hidden or cell state.
  var paddedUnits: Int { blocks * 8 }
  /// Floats of one row of gate sums.
  var gateCount: Int { blocks * 32 }

  /// Packs PyTorch's matrices: `weightIH` [4 units, constantInputs + inputs], `weightHH`
  /// [4 units, units] and the sum of its two biases [4 units], gates in the order i, f, g, o.
  init(
    weightIH: [Float], weightHH: [Float], bias: [Float], inputs: Int, units: Int,
    constantInputs: Int = 0
  ) {
    let columns = constantInputs + inputs
    precondition(units > 0)
    precondition(weightIH.count == 4 * units * columns)
    precondition(weightHH.count == 4 * units * units)
    precondition(bias.count == 4 * units)
    self.constantInputs = constantInputs
    self.inputs = inputs
    self.units = units
    blocks = (units + 7) / 8
    constantWeights = Self.pack(weightIH, units: units, columns: columns, 0..<constantInputs)
    inputWeights = Self.pack(weightIH, units: units, columns: columns, constantInputs..<columns)
    recurrentWeights = Self.pack(weightHH, units: units, columns: units, 0..<units)
    self.bias = Self.pack(bias, units: units, columns: 1, 0..<1)
  }

  private static func pack(
    _ matrix: [Float], units: Int, columns: Int, _ range: Range<Int>
  ) -> FloatBuffer {
    let packed = FloatBuffer(count: (units + 7) / 8 * range.count * 32)
    for unit in 0..<units {
      for (position, column) in range.enumerated() {
        for gate in 0..<4 {
          let weight = Double(matrix[(gate * units + unit) * columns + column])
          packed[((unit / 8) * range.count + position) * 32 + gate * 8 + unit % 8] =
            Float(weight * gateScales[gate])
        }
      }
    }
    return packed
  }
}
