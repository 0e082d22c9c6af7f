internal import CLSTMKernels

/// Rows of floats at a constant distance, in the engine's workspace.
struct Rows {
  var offset: Int
  /// Floats from row to row; 0 where every row is the same.
  var stride: Int
}

/// What the sums of a row start from.
enum Initial {
  case bias(PackedMatrix)
  case rows(Rows)
}

/// A kernel, the weights it reads and the workspace it computes in: the checked door to the
/// kernels' pointers. Every call checks that what the kernel will touch lies inside.
struct Engine: Sendable {
  let kernel: KernelTable
  let weights: FloatStore
  var workspace: FloatStore

  /// One LSTM step of some windows.
  struct Step {
    var layer: Network.Layer
    var initial: Initial
    /// The step's input and its weights; nil where the input's products are in `initial`.
    var input: (rows: Rows, matrix: PackedMatrix)?
    var previousHidden: Rows
    var hidden: Rows
    var cell: Rows
    var windows: Int
    /// Whether the states before this step are zero; they are not read then.
    var isFirst: Bool
  }

  /// Computes hidden and cell states; `hidden` must not overlap `previousHidden`.
  mutating func step(_ s: Step) {
    let layer = s.layer
    check(s.initial, rows: s.windows, width: layer.gateCount)
    check(s.previousHidden, rows: s.windows, width: layer.paddedUnits)
    check(s.hidden, rows: s.windows, width: layer.paddedUnits)
    check(s.cell, rows: s.windows, width: layer.paddedUnits)
    check(layer.recurrent)
    if let input = s.input {
      precondition(input.matrix.blocks == layer.blocks)
      check(input.matrix)
      check(input.rows, rows: s.windows, width: input.matrix.columns)
    }
    unsafe withPointers { kernel, weights, workspace in
      let (initial, stride) = unsafe Self.pointer(s.initial, weights, UnsafePointer(workspace))
      let x = s.input?.rows ?? s.previousHidden
      unsafe kernel.step(
        ecgd_lstm_step(
          init: initial, init_stride: stride,
          x: UnsafePointer(workspace) + x.offset, x_stride: x.stride,
          input_weights: weights + (s.input?.matrix.offset ?? 0),
          inputs: s.input?.matrix.columns ?? 0,
          h: UnsafePointer(workspace) + s.previousHidden.offset, h_stride: s.previousHidden.stride,
          recurrent_weights: weights + layer.recurrent.offset,
          weight_rows: layer.recurrent.columns,
          units: s.isFirst ? 0 : layer.recurrent.columns,
          c: workspace + s.cell.offset, c_stride: s.cell.stride,
          h_out: workspace + s.hidden.offset, h_out_stride: s.hidden.stride,
          blocks: layer.blocks, windows: s.windows, first: s.isFirst))
    }
  }

  /// `out[row] = initial + matrix x[row]`, for the gates of an LSTM layer or for a linear layer.
  mutating func multiply(
    _ matrix: PackedMatrix, initial: Initial, x: Rows, out: Rows, rows: Int
  ) {
    check(initial, rows: rows, width: matrix.blocks * matrix.width)
    check(out, rows: rows, width: matrix.blocks * matrix.width)
    check(x, rows: rows, width: matrix.columns)
    check(matrix)
    unsafe withPointers { kernel, weights, workspace in
      let (start, stride) = unsafe Self.pointer(initial, weights, UnsafePointer(workspace))
      let arguments = unsafe ecgd_rows(
        init: start, init_stride: stride,
        x: UnsafePointer(workspace) + x.offset, x_stride: x.stride,
        weights: weights + matrix.offset, inputs: matrix.columns,
        out: workspace + out.offset, out_stride: out.stride, blocks: matrix.blocks, rows: rows)
      if matrix.width == WeightPacker.width {
        unsafe kernel.linear(arguments)
      } else {
        unsafe kernel.project(arguments)
      }
    }
  }

  private static func pointer(
    _ initial: Initial, _ weights: UnsafePointer<Float>, _ workspace: UnsafePointer<Float>
  ) -> (UnsafePointer<Float>, Int) {
    switch initial {
    case .bias(let bias): unsafe (weights + bias.offset, 0)
    case .rows(let rows): unsafe (workspace + rows.offset, rows.stride)
    }
  }

  @unsafe private mutating func withPointers(
    _ body: (KernelTable, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let kernel = kernel
    unsafe weights.withPointer { weights in
      unsafe workspace.withMutablePointer { workspace in
        unsafe body(kernel, weights, workspace)
      }
    }
  }

  private func check(_ rows: Rows, rows count: Int, width: Int) {
    precondition(count > 0 && rows.offset >= 0 && rows.stride >= 0)
    precondition(rows.offset + (count - 1) * rows.stride + width <= workspace.count)
  }

  private func check(_ matrix: PackedMatrix) {
    precondition(matrix.offset >= 0 && matrix.offset + matrix.count <= weights.count)
  }

  private func check(_ initial: Initial, rows: Int, width: Int) {
    switch initial {
    case .bias(let bias):
      precondition(bias.count == width)
      check(bias)
    case .rows(let start): check(start, rows: rows, width: width)
    }
  }
}
