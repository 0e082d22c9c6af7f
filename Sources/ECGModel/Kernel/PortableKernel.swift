internal import CLSTMKernels

/// The kernel for machines without a vector unit that the C kernels know.
///
/// The same memory layout and the same order of sums as `LSTMKernels.h`, one window at a time.
/// Products are rounded before they are added: a fused product would be a library call per lane
/// on x86-64 without FMA.
enum PortableKernel {
  private typealias Vector = SIMD8<Float>
  private static let width = 8
  private static let gates = 4

  @unsafe static func step(_ s: ecgd_lstm_step) {
    for block in unsafe 0..<s.blocks {
      for window in unsafe 0..<s.windows {
        let gateOffset = block * gates * width
        let initial = unsafe s.`init` + (window * s.init_stride + gateOffset)
        var i = unsafe load(initial)
        var f = unsafe load(initial + width)
        var g = unsafe load(initial + 2 * width)
        var o = unsafe load(initial + 3 * width)
        let x = unsafe s.x! + window * s.x_stride
        let h = unsafe s.h! + window * s.h_stride
        unsafe accumulate(
          &i, &f, &g, &o, x, s.input_weights + gateOffset * s.inputs, count: s.inputs)
        unsafe accumulate(
          &i, &f, &g, &o, h, s.recurrent_weights + gateOffset * s.weight_rows, count: s.units)
        unsafe gates(
          i, f, g, o, isFirst: s.first, c: s.c + (window * s.c_stride + block * width),
          h: s.h_out + (window * s.h_out_stride + block * width))
      }
    }
  }

  @unsafe static func project(_ p: ecgd_rows) {
    for block in unsafe 0..<p.blocks {
      for row in unsafe 0..<p.rows {
        let offset = block * gates * width
        let initial = unsafe p.`init` + (row * p.init_stride + offset)
        var i = unsafe load(initial)
        var f = unsafe load(initial + width)
        var g = unsafe load(initial + 2 * width)
        var o = unsafe load(initial + 3 * width)
        unsafe accumulate(
          &i, &f, &g, &o, p.x + row * p.x_stride, p.weights + offset * p.inputs, count: p.inputs)
        let out = unsafe p.out + (row * p.out_stride + offset)
        unsafe store(i, out)
        unsafe store(f, out + width)
        unsafe store(g, out + 2 * width)
        unsafe store(o, out + 3 * width)
      }
    }
  }

  @unsafe static func linear(_ p: ecgd_rows) {
    for block in unsafe 0..<p.blocks {
      for row in unsafe 0..<p.rows {
        var sum = unsafe load(p.`init` + (row * p.init_stride + block * width))
        let x = unsafe p.x + row * p.x_stride
        var w = unsafe p.weights + block * p.inputs * width
        for k in unsafe 0..<p.inputs {
          unsafe sum += load(w) * x[k]
          unsafe w += width
        }
        unsafe store(sum, p.out + (row * p.out_stride + block * width))
      }
    }
  }

  @unsafe @inline(__always) private static func load(_ p: UnsafePointer<Float>) -> Vector {
    unsafe UnsafeRawPointer(p).load(as: Vector.self)
  }

  @unsafe @inline(__always)
  private static func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>) {
    unsafe UnsafeMutableRawPointer(p).storeBytes(of: v, as: Vector.self)
  }

  @unsafe @inline(__always) private static func accumulate(
    _ i: inout Vector, _ f: inout Vector, _ g: inout Vector, _ o: inout Vector,
    _ x: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, count: Int
  ) {
    var w = unsafe weights
    for k in 0..<count {
      let column = unsafe Vector(repeating: x[k])
      unsafe i += load(w) * column
      unsafe f += load(w + width) * column
      unsafe g += load(w + 2 * width) * column
      unsafe o += load(w + 3 * width) * column
      unsafe w += gates * width
    }
  }

  /// c' = f c + i g and h' = o tanh(c'), from sums that are exponents of two already.
  @unsafe @inline(__always) private static func gates(
    _ i: Vector, _ f: Vector, _ g: Vector, _ o: Vector, isFirst: Bool,
    c: UnsafeMutablePointer<Float>, h: UnsafeMutablePointer<Float>
  ) {
    let one = Vector(repeating: 1)
    let eg = exp2(g)
    let ig = (one + exp2(i)) * (one + eg)
    var cell = one - eg
    if isFirst {
      cell /= ig
    } else {
      let ef = one + exp2(f)
      unsafe cell = (load(c) * ig + cell * ef) / (ef * ig)
    }
    unsafe store(cell, c)
    let ec = exp2(cell * (-2 * GateScale.log2e))
    unsafe store((one - ec) / ((one + exp2(o)) * (one + ec)), h)
  }

  /// 2^x to 1e-7 relative, for x between -40 and 40 (clamped); see `Gates.h`. A NaN stays one.
  @inline(__always) private static func exp2(_ value: Vector) -> Vector {
    let limit = Vector(repeating: 40)
    let magic = Vector(repeating: 12_582_912)
    var x = value.replacing(with: limit, where: value .> limit)
    x.replace(with: -limit, where: x .< -limit)
    let shifted = x + magic
    let r = x - (shifted - magic)
    var p = Vector(repeating: 0.00015353362) * r + Vector(repeating: 0.0013398875)
    p = p * r + Vector(repeating: 0.009618437)
    p = p * r + Vector(repeating: 0.055503324)
    p = p * r + Vector(repeating: 0.24022648)
    p = p * r + Vector(repeating: 0.6931472)
    p = p * r + Vector(repeating: 1)
    let bits = unsafe unsafeBitCast(p, to: SIMD8<Int32>.self)
    let exponent = unsafe unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
    return unsafe unsafeBitCast(bits &+ exponent, to: Vector.self)
  }
}
