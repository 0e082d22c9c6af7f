import CLSTMKernels

/// The kernel in plain Swift, on the same packed weights and in the same order as the vector
/// kernels, with a product and a sum where they have one fused operation.
enum PortableKernel {
  typealias Vector = SIMD8<Float>

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Float>) -> Vector {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  private static func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
    unsafe UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
  }

  /// Eight weights from the one at `index` on.
  @inline(__always)
  private static func load(_ weights: UnsafeRawPointer, _ index: Int, half: Bool) -> Vector {
    guard half else {
      return unsafe weights.loadUnaligned(fromByteOffset: 4 * index, as: Vector.self)
    }
    let bits = unsafe weights.loadUnaligned(fromByteOffset: 2 * index, as: SIMD8<UInt16>.self)
    var vector = Vector()
    for i in 0..<8 { vector[i] = Half.value(bits[i]) }
    return vector
  }

  static func step(_ s: ecgd_lstm_step) {
    for block in unsafe 0..<s.blocks {
      for window in unsafe 0..<s.windows {
        let initial = unsafe s.`init` + window * s.init_stride + block * 32
        var gates = unsafe (
          load(initial), load(initial + 8), load(initial + 16), load(initial + 24)
        )
        unsafe accumulate(
          &gates, s.x + window * s.x_stride, s.input_weights, block * s.inputs, s.inputs,
          half: s.half)
        unsafe accumulate(
          &gates, s.h + window * s.h_stride, s.recurrent_weights, block * s.weight_rows, s.units,
          half: s.half)
        if unsafe s.scales {
          gates.0 *= LSTMLayer.sumScale
          gates.1 *= LSTMLayer.sumScale
          gates.2 *= LSTMLayer.cellScale
          gates.3 *= LSTMLayer.sumScale
        }
        unsafe cell(
          gates, first: s.first, c: s.c + window * s.c_stride + block * 8,
          h: s.h_out + window * s.h_out_stride + block * 8)
      }
    }
  }

  static func rows(_ p: ecgd_rows, vectors: Int) {
    let width = 8 * vectors
    for block in unsafe 0..<p.blocks {
      for row in unsafe 0..<p.rows {
        let x = unsafe p.x + row * p.x_stride
        for vector in 0..<vectors {
          let at = block * width + 8 * vector
          var sum = unsafe load(p.`init` + row * p.init_stride + at)
          for k in unsafe 0..<p.inputs {
            let index = unsafe (block * p.inputs + k) * width + 8 * vector
            sum += unsafe load(p.weights, index, half: p.half) * x[k]
          }
          unsafe store(sum, p.out + row * p.out_stride + at)
        }
      }
    }
  }

  /// Adds the products of `count` columns; the weights' first column is the `first` of their matrix.
  @inline(__always)
  private static func accumulate(
    _ gates: inout (Vector, Vector, Vector, Vector), _ x: UnsafePointer<Float>,
    _ weights: UnsafeRawPointer, _ first: Int, _ count: Int, half: Bool
  ) {
    var at = first * 32
    for k in 0..<count {
      let value = unsafe x[k]
      unsafe gates.0 += load(weights, at, half: half) * value
      unsafe gates.1 += load(weights, at + 8, half: half) * value
      unsafe gates.2 += load(weights, at + 16, half: half) * value
      unsafe gates.3 += load(weights, at + 24, half: half) * value
      at += 32
    }
  }

  /// c' = f c + i g and h' = o tanh(c'), from sums scaled as the packing says.
  @inline(__always)
  private static func cell(
    _ sums: (Vector, Vector, Vector, Vector), first: Bool, c: UnsafeMutablePointer<Float>,
    h: UnsafeMutablePointer<Float>
  ) {
    let ei = exp2(sums.0)
    let eg = exp2(sums.2)
    let ig = (1 + ei) * (1 + eg)
    var state = (1 - eg) / ig
    if !first {
      let ef = 1 + exp2(sums.1)
      state = unsafe (load(c) * ig + (1 - eg) * ef) / (ef * ig)
    }
    unsafe store(state, c)
    let ec = exp2(state * LSTMLayer.cellScale)
    unsafe store((1 - ec) / ((1 + exp2(sums.3)) * (1 + ec)), h)
  }

  /// 2^x for x clamped to -40...40, to 1e-7 relative; the polynomial of Gates.inc.
  @inline(__always)
  private static func exp2(_ x: Vector) -> Vector {
    let magic = Vector(repeating: 12_582_912)  // 1.5 * 2^23: adding it rounds to an integer
    // Not `clamped`, which makes a number of a NaN.
    var x = x
    x.replace(with: -40, where: x .< -40)
    x.replace(with: 40, where: x .> 40)
    let shifted = x + magic
    let r = x - (shifted - magic)
    var p = Vector(repeating: 0.00015353362)
    p = p * r + 0.0013398875
    p = p * r + 0.009618437
    p = p * r + 0.055503324
    p = p * r + 0.24022648
    p = p * r + 0.6931472
    p = p * r + 1
    let exponent = unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
    return unsafe unsafeBitCast(
      unsafeBitCast(p, to: SIMD8<Int32>.self) &+ exponent, to: Vector.self)
  }
}
