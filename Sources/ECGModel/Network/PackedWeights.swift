/// Where a packed matrix lies among the weights: `[block][column][width]`.
struct PackedMatrix: Equatable, Sendable {
  let offset: Int
  let columns: Int
  let blocks: Int
  /// Outputs of one block: 32 for the four gates of 8 units, 8 for a linear layer.
  let width: Int

  var count: Int { blocks * columns * width }
}

/// The scale of a gate's sum, which makes the gate from a power of two of it.
enum GateScale {
  static let log2e: Float = 1.442_695_04

  /// -log2(e) for the sigmoids i, f and o, and -2 log2(e) for the hyperbolic tangent g.
  static let ofGate: [Double] = [-1, -1, -2, -1].map { $0 * 1.442_695_040_888_963_4 }
}

/// Collects weights in the layouts of `LSTMKernels.h`, and hands them out as one block of memory.
struct WeightPacker {
  static let width = 8
  static let gates = 4

  private var values: [Float] = []

  /// Blocks of 8 outputs.
  static func blocks(_ outputs: Int) -> Int { (outputs + width - 1) / width }

  /// Columns of an LSTM weight matrix `[4 units][stride]`, gates in the order i, f, g, o.
  mutating func gates(_ matrix: [Float], units: Int, stride: Int, columns: Range<Int>)
    -> PackedMatrix
  {
    precondition(matrix.count == Self.gates * units * stride)
    let packed = PackedMatrix(
      offset: values.count, columns: columns.count, blocks: Self.blocks(units),
      width: Self.gates * Self.width)
    reserve(packed.count)
    for block in 0..<packed.blocks {
      for column in columns {
        for gate in 0..<Self.gates {
          for unit in block * Self.width..<(block + 1) * Self.width {
            append(
              unit < units ? matrix[(gate * units + unit) * stride + column] : 0,
              scale: GateScale.ofGate[gate])
          }
        }
      }
    }
    return packed
  }

  /// A linear layer's matrix `[outputs][inputs]`, or its bias with one input.
  mutating func linear(_ matrix: [Float], outputs: Int, inputs: Int) -> PackedMatrix {
    precondition(matrix.count == outputs * inputs)
    let packed = PackedMatrix(
      offset: values.count, columns: inputs, blocks: Self.blocks(outputs), width: Self.width)
    reserve(packed.count)
    for block in 0..<packed.blocks {
      for column in 0..<inputs {
        for output in block * Self.width..<(block + 1) * Self.width {
          append(output < outputs ? matrix[output * inputs + column] : 0, scale: 1)
        }
      }
    }
    return packed
  }

  /// The weights so far.
  func store() -> FloatStore {
    var store = FloatStore(count: values.count)
    store.write(0..<values.count) { span in
      for i in 0..<values.count { span[i] = values[i] }
    }
    return store
  }

  // Keeps doubling: an exact reservation for each matrix would copy all of them every time.
  private mutating func reserve(_ count: Int) {
    if values.capacity < values.count + count {
      values.reserveCapacity(max(2 * values.capacity, values.count + count))
    }
  }

  private mutating func append(_ value: Float, scale: Double) {
    values.append(scale == 1 ? value : Float(Double(value) * scale))
  }
}
