import CLSTMKernels

/// The weights of a linear layer, packed for the kernels; immutable and shared.
final class LinearLayer: Sendable {
  let inputs: Int
  let outputs: Int
  /// Blocks of eight outputs.
  let blocks: Int
  /// [block][input][8]
  private let weights: FloatBuffer
  /// [block][8]
  private let bias: FloatBuffer

  var paddedOutputs: Int { blocks * 8 }

  /// Packs a matrix [outputs, inputs] and a bias [outputs].
  init(weight: [Float], bias: [Float], inputs: Int, outputs: Int) {
    precondition(weight.count == outputs * inputs)
    precondition(bias.count == outputs)
    self.inputs = inputs
    self.outputs = outputs
    blocks = (outputs + 7) / 8
    weights = FloatBuffer(count: blocks * inputs * 8)
    self.bias = FloatBuffer(count: blocks * 8)
    for output in 0..<outputs {
      self.bias[output] = bias[output]
      for input in 0..<inputs {
        weights[(output / 8 * inputs + input) * 8 + output % 8] = weight[output * inputs + input]
      }
    }
  }

  /// `out[row] = bias + weight * x[row]`, rows of `out` padded to whole blocks.
  @unsafe func run(
    _ kernel: KernelFunctions, _ x: UnsafePointer<Float>, stride: Int, rows: Int,
    out: UnsafeMutablePointer<Float>
  ) {
    var arguments = unsafe ecgd_rows(
      init: bias.base, init_stride: 0, x: x, x_stride: stride, weights: weights.base,
      inputs: inputs, out: out, out_stride: paddedOutputs, blocks: blocks, rows: rows,
      half: false)
    unsafe kernel.linear(&arguments)
  }
}
