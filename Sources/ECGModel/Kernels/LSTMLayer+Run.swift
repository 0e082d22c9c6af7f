import CLSTMKernels

extension LSTMLayer {
  /// Below this many windows a layer's input products are computed for many steps at once, so
  /// that each weight is fetched once for all of them; above, the windows themselves share it.
  private static let hoistingWindowLimit = 12
  /// Inputs fewer than this are not worth a pass of their own.
  private static let hoistingInputMinimum = 8
  /// Rows (steps x windows) of one such pass.
  static let hoistedRowCount = 48

  /// Up to so many windows, reading the weights takes longer than widening them.
  private static let halvesWindowLimit = 2

  /// Whether the weights of a step are read as halves. It changes the speed only.
  private func readsHalves(windows: Int) -> Bool {
    storage == .float16 && windows <= Self.halvesWindowLimit
  }

  /// Whether the input products of this many windows are computed ahead of the recurrence. It
  /// changes the speed only: the order of the sums is the same.
  private func hoists(windows: Int) -> Bool {
    inputs >= Self.hoistingInputMinimum && windows < Self.hoistingWindowLimit
  }

  /// Runs the layer over all steps of some windows, from zero states.
  ///
  /// - Parameters:
  ///   - x: input [step][window][inputs], with `xStride` floats from row to row; unused where
  ///     `inputs` is 0.
  ///   - constant: gate sums [window][gateCount] of the constant inputs, bias included; nil where
  ///     the layer has none.
  ///   - h: hidden states [step][window][paddedUnits] to write.
  ///   - c: scratch [window][paddedUnits].
  ///   - sums: scratch of `hoistedRowCount` rows of `gateCount`.
  @unsafe func run(
    _ kernel: KernelFunctions, steps: Int, windows: Int, x: UnsafePointer<Float>, xStride: Int,
    constant: UnsafePointer<Float>?, h: UnsafeMutablePointer<Float>,
    c: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) {
    let initial = unsafe constant ?? UnsafePointer(bias.base)
    let initialStride = unsafe constant == nil ? 0 : gateCount
    let state = windows * paddedUnits
    let half = readsHalves(windows: windows)
    var arguments = unsafe ecgd_lstm_step(
      init: initial, init_stride: initialStride, x: x, x_stride: xStride,
      input_weights: half ? inputHalves.base : inputWeights.base, inputs: inputs,
      h: h, h_stride: paddedUnits,
      recurrent_weights: half ? recurrentHalves.base : recurrentWeights.base,
      weight_rows: units, units: 0, c: c,
      c_stride: paddedUnits, h_out: h, h_out_stride: paddedUnits, blocks: blocks,
      windows: windows, first: true, half: half,
      scales: storage == .float16, backwards: false)
    let hoists = hoists(windows: windows)
    let chunk = hoists ? Self.hoistedRowCount / windows : steps
    if hoists { unsafe arguments.inputs = 0 }
    for start in stride(from: 0, to: steps, by: chunk) {
      let end = min(start + chunk, steps)
      if hoists {
        unsafe project(
          kernel, steps: start..<end, windows: windows, x: x, xStride: xStride,
          initial: initial, initialStride: initialStride, sums: sums)
      }
      for step in start..<end {
        if hoists {
          unsafe arguments.`init` = UnsafePointer(sums + (step - start) * windows * gateCount)
          unsafe arguments.init_stride = gateCount
        } else {
          unsafe arguments.x = x + step * windows * xStride
        }
        unsafe arguments.h_out = h + step * state
        unsafe arguments.backwards = !step.isMultiple(of: 2)
        if step > 0 {
          unsafe arguments.h = UnsafePointer(h + (step - 1) * state)
          unsafe arguments.units = units
          unsafe arguments.first = false
        }
        unsafe kernel.step(&arguments)
      }
    }
  }

  /// The gate sums of the inputs of some steps, onto their initial values.
  @unsafe private func project(
    _ kernel: KernelFunctions, steps: Range<Int>, windows: Int, x: UnsafePointer<Float>,
    xStride: Int, initial: UnsafePointer<Float>, initialStride: Int,
    sums: UnsafeMutablePointer<Float>
  ) {
    var rows = unsafe ecgd_rows(
      init: initial, init_stride: 0, x: x + steps.lowerBound * windows * xStride,
      x_stride: xStride, weights: inputWeights.base, inputs: inputs, out: sums,
      out_stride: gateCount, blocks: blocks, rows: steps.count * windows,
      half: false)
    if initialStride == 0 {
      unsafe kernel.project(&rows)
      return
    }
    // Every window has its own initial sums: one pass a window, over its rows of all steps.
    for window in 0..<windows {
      unsafe rows.`init` = initial + window * initialStride
      unsafe rows.x = x + (steps.lowerBound * windows + window) * xStride
      unsafe rows.x_stride = windows * xStride
      unsafe rows.out = sums + window * gateCount
      unsafe rows.out_stride = windows * gateCount
      unsafe rows.rows = steps.count
      unsafe kernel.project(&rows)
    }
  }

  /// The gate sums of the constant inputs of some windows: [window][gateCount], bias included.
  @unsafe func projectConstant(
    _ kernel: KernelFunctions, _ x: UnsafePointer<Float>, stride: Int, windows: Int,
    out: UnsafeMutablePointer<Float>
  ) {
    var rows = unsafe ecgd_rows(
      init: bias.base, init_stride: 0, x: x, x_stride: stride, weights: constantWeights.base,
      inputs: constantInputs, out: out, out_stride: gateCount, blocks: blocks, rows: windows,
      half: false)
    unsafe kernel.project(&rows)
  }
}
