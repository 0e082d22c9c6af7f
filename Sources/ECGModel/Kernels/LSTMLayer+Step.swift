import CLSTMKernels

extension LSTMLayer {
  /// Runs one step of one stream.
  ///
  /// - Parameters:
  ///   - x: `inputs` numbers.
  ///   - before: the hidden state of the step before, `paddedUnits` numbers.
  ///   - after: the hidden state to write; not the memory of `before`.
  ///   - cell: the cell state, updated in place.
  @unsafe func step(
    _ kernel: KernelFunctions, x: UnsafePointer<Float>, before: UnsafePointer<Float>,
    after: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>, isFirst: Bool
  ) {
    precondition(constantInputs == 0 && storage == .float32)
    var arguments = unsafe ecgd_lstm_step(
      init: bias.base, init_stride: 0, x: x, x_stride: inputs,
      input_weights: inputWeights.base, inputs: inputs, h: before, h_stride: paddedUnits,
      recurrent_weights: recurrentWeights.base, weight_rows: units, units: isFirst ? 0 : units,
      c: cell, c_stride: paddedUnits, h_out: after, h_out_stride: paddedUnits, blocks: blocks,
      windows: 1, first: isFirst, half: false, scales: false, backwards: false)
    unsafe kernel.step(&arguments)
  }
}
