import Testing

@testable import ECGModel

/// One LSTM layer and one linear layer against PyTorch in float64.
@Suite struct LayerTests {
  struct Case {
    let file: SafetensorsFile
    let (inputs, units, steps, windows): (Int, Int, Int, Int)

    init(_ name: String) throws {
      file = try SafetensorsFile(Golden.bytes(name))
      inputs = file["weight_ih"]!.shape[1]
      units = file["weight_hh"]!.shape[1]
      windows = file["x"]!.shape[0]
      steps = file["x"]!.shape[1]
    }

    func floats(_ name: String) throws -> [Float] {
      try file.floats(name, shape: file[name]!.shape)
    }

    /// Hidden states and linear outputs, as [window][step][...].
    func run(_ kernel: Kernel) throws -> (h: [Float], y: [Float]) {
      let layer = LSTMLayer(
        weightIH: try floats("weight_ih"), weightHH: try floats("weight_hh"),
        bias: try floats("bias"), inputs: inputs, units: units)
      let linear = LinearLayer(
        weight: try floats("linear.weight"), bias: try floats("linear.bias"), inputs: units,
        outputs: 3)
      let functions = KernelFunctions(kernel)
      let x = FloatBuffer(count: steps * windows * inputs)
      for (i, value) in try floats("x").enumerated() {
        let (window, step, k) = (i / inputs / steps, i / inputs % steps, i % inputs)
        x[(step * windows + window) * inputs + k] = value
      }
      let rows = steps * windows
      let h = FloatBuffer(count: rows * layer.paddedUnits)
      let c = FloatBuffer(count: windows * layer.paddedUnits)
      let sums = FloatBuffer(count: LSTMLayer.hoistedRowCount * layer.gateCount)
      let y = FloatBuffer(count: rows * linear.paddedOutputs)
      layer.run(
        functions, steps: steps, windows: windows, x: x.base, xStride: inputs, constant: nil,
        h: h.base, c: c.base, sums: sums.base)
      linear.run(functions, h.base, stride: layer.paddedUnits, rows: rows, out: y.base)
      func rearranged(_ buffer: borrowing FloatBuffer, _ count: Int, _ stride: Int) -> [Float] {
        var out: [Float] = []
        for window in 0..<windows {
          for step in 0..<steps {
            for k in 0..<count { out.append(buffer[(step * windows + window) * stride + k]) }
          }
        }
        return out
      }
      return (
        rearranged(h, units, layer.paddedUnits), rearranged(y, 3, linear.paddedOutputs)
      )
    }
  }

  @Test(arguments: Golden.layers, Kernel.available)
  func aLayerComputesWhatPyTorchDoes(name: String, kernel: Kernel) throws {
    let layer = try Case(name)
    let (h, y) = try layer.run(kernel)
    let (expectedH, expectedY) = (try layer.floats("h"), try layer.floats("y"))
    #expect(h.count == expectedH.count && y.count == expectedY.count)
    #expect(zip(h, expectedH).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(y, expectedY).allSatisfy { abs($0 - $1) < 5e-6 })
  }

  @Test func thePortableKernelIsAlwaysThere() {
    #expect(Kernel.available.contains(.portable))
    #expect(Kernel.best.isAvailable)
  }
}
