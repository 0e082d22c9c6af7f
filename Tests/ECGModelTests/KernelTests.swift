import Testing

@testable import ECGModel

/// The kernels beside each other.
@Suite struct KernelTests {
  /// The seed model's depth, with units that fill no whole tile.
  static func deep(halves: Bool) -> TestModel {
    TestModel(
      length: 40, encoder: [72, 20], decoder: [20, 40], knownAnswers: 1, tolerance: "1e-3",
      weightRange: -0.2...0.2,
      halves: halves)
  }

  private func reconstructions(
    _ model: Autoencoder, _ windows: [[Float]], kernel: Kernel
  ) -> [[Float]] {
    var batch = AutoencoderBatch(model: model, capacity: windows.count, kernel: kernel)
    for slot in windows.indices { batch.fill(slot, windows[slot], nil) }
    batch.run(count: windows.count)
    return windows.indices.map { batch.reconstruction($0) }
  }

  @Test(arguments: [false, true])
  func allKernelsOfThisMachineAgreeWithin1e5(halves: Bool) throws {
    let shape = Self.deep(halves: halves)
    let model = try shape.load()
    let windows = shape.windows(4, seed: 21)
    let portable = reconstructions(model, windows, kernel: .portable)
    for kernel in Kernel.available {
      for (a, b) in zip(portable, reconstructions(model, windows, kernel: kernel)) {
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }, "\(kernel)")
      }
    }
  }

  @Test(.enabled(if: Kernel.avx512.isAvailable), arguments: [false, true])
  func widerVectorsComputeTheSameBits(halves: Bool) throws {
    let shape = Self.deep(halves: halves)
    let model = try shape.load()
    let windows = shape.windows(19, seed: 22)
    let narrow = reconstructions(model, windows, kernel: .avx2)
    #expect(reconstructions(model, windows, kernel: .avx512) == narrow)
  }

  // The portable kernel computes every window by itself, and slowly where it is not optimised.
  @Test(arguments: Kernel.available.filter { $0 != .portable }, [false, true])
  func everyBatchUpTo64ComputesTheSameBits(kernel: Kernel, halves: Bool) throws {
    var shape = Self.deep(halves: halves)
    shape.length = 4
    let model = try shape.load()
    let windows = shape.windows(64, seed: 23)
    let alone = windows.map { reconstructions(model, [$0], kernel: kernel)[0] }
    for count in 1...64 {
      let together = reconstructions(model, Array(windows[..<count]), kernel: kernel)
      #expect(together == Array(alone[..<count]), "\(count) windows")
    }
  }

  @Test func everyHalfIsTheNumberThatItsBitsMean() {
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let value = Half.value(bits)
      #expect(value == expected || (value.isNaN && expected.isNaN))
      if value.isFinite { #expect(Half.bits(value) == bits) }
    }
  }
}
