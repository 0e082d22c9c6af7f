import CAllocationCounter
import ECGModel
import Testing

@Suite struct AutoencoderBatchTests {
  static let kernels = Kernel.allCases.filter(\.isAvailable)

  @Test(arguments: TestModel.shapes.indices, kernels)
  func `every architecture computes what the textbook in double precision does`(
    shape: Int, kernel: Kernel
  ) throws {
    let model = TestModel.shapes[shape]
    let windows = model.windows(9, seed: 5)
    let references = model.isConditioned ? model.windows(9, seed: 6) : nil
    var batch = AutoencoderBatch(try model.load(kernel: kernel), capacity: 9, kernel: kernel)
    for slot in windows.indices { batch.fill(slot, windows[slot], references?[slot]) }
    for count in [1, 5, 9] {
      batch.run(count: count)
      for slot in 0..<count {
        let expected = model.expected(windows[slot], reference: references?[slot])
        #expect(distance(batch.latent(slot), expected.latent) < 3e-6)
        #expect(distance(batch.reconstruction(slot), expected.reconstruction) < 1e-5)
      }
    }
  }

  @Test(arguments: TestModel.shapes.indices, kernels)
  func `a window's bits depend on no batch and no slot`(shape: Int, kernel: Kernel) throws {
    let model = TestModel.shapes[shape]
    let windows = model.windows(13, seed: 7)
    let references = model.isConditioned ? model.windows(13, seed: 8) : nil
    let autoencoder = try model.load(kernel: kernel)
    var single = AutoencoderBatch(autoencoder, capacity: 1, kernel: kernel)
    let alone = windows.indices.map { i in
      single.fill(0, windows[i], references?[i])
      single.run(count: 1)
      return (single.reconstruction(0), single.latent(0), single.error(0))
    }
    for count in 1...13 {
      var batch = AutoencoderBatch(autoencoder, capacity: count + count % 3, kernel: kernel)
      // Twice: what an earlier run left behind must not matter.
      for turn in 0..<2 {
        let order = (0..<count).map { ($0 * 5 + turn * 3) % 13 }
        for slot in 0..<count { batch.fill(slot, windows[order[slot]], references?[order[slot]]) }
        batch.run(count: count)
        for slot in 0..<count {
          #expect(batch.reconstruction(slot) == alone[order[slot]].0)
          #expect(batch.latent(slot) == alone[order[slot]].1)
          #expect(batch.error(slot) == alone[order[slot]].2)
        }
      }
    }
  }

  @Test(arguments: TestModel.shapes.indices)
  func `the vector kernel and the portable one agree within rounding`(shape: Int) throws {
    let model = TestModel.shapes[shape]
    let autoencoder = try model.load()
    var vector = AutoencoderBatch(autoencoder, capacity: 3)
    var portable = AutoencoderBatch(autoencoder, capacity: 3, kernel: .portable)
    let windows = model.windows(3, seed: 9)
    let references = model.isConditioned ? model.windows(3, seed: 10) : nil
    for slot in windows.indices {
      vector.fill(slot, windows[slot], references?[slot])
      portable.fill(slot, windows[slot], references?[slot])
    }
    vector.run(count: 3)
    portable.run(count: 3)
    for slot in windows.indices {
      #expect(distance(vector.reconstruction(slot), portable.reconstruction(slot)) < 1e-5)
    }
  }

  @Test(arguments: kernels)
  func `gates saturate without overflow`(kernel: Kernel) throws {
    var model = TestModel(encoder: [9, 8], decoder: [8])
    model.weightRange = -60...60
    model.tolerance = "1e-2"
    let windows = model.windows(4, seed: 11)
    var batch = AutoencoderBatch(try model.load(kernel: kernel), capacity: 4, kernel: kernel)
    for slot in windows.indices { batch.fill(slot, windows[slot].map { $0 * 1000 }, nil) }
    batch.run(count: 4)
    for slot in windows.indices {
      let expected = model.expected(windows[slot].map { $0 * 1000 }, reference: nil)
      #expect(distance(batch.latent(slot), expected.latent) < 1e-4)
      #expect(batch.reconstruction(slot).allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: kernels, [Float.nan, Float(nan: 1, signaling: false), .infinity])
  func `a window with a number that is not finite has an error of NaN and spoils no other`(
    kernel: Kernel, bad: Float
  ) throws {
    let model = TestModel(encoder: [16, 9], decoder: [8, 24])
    let windows = model.windows(3, seed: 12)
    var batch = AutoencoderBatch(try model.load(kernel: kernel), capacity: 3, kernel: kernel)
    for slot in 0..<3 { batch.fill(slot, windows[slot], nil) }
    batch.run(count: 3)
    let good = batch.reconstruction(2)
    batch.withWindow(1) { $0[7] = bad }
    batch.run(count: 3)
    #expect(batch.error(1).total.isNaN)
    #expect(batch.error(1).worstError.isNaN)
    #expect(batch.reconstruction(1).allSatisfy { $0.isNaN })
    #expect(batch.reconstruction(2) == good)
    #expect(batch.error(2).total.isFinite)
  }

  @Test(arguments: TestModel.shapes.indices, kernels)
  func `nothing allocates after init`(shape: Int, kernel: Kernel) throws {
    let model = TestModel.shapes[shape]
    var batch = AutoencoderBatch(try model.load(kernel: kernel), capacity: 8, kernel: kernel)
    let window = model.windows(1, seed: 13)[0]
    var trace = [Float](repeating: 0, count: model.length)
    var span = trace.mutableSpan
    var sum: Float = 0
    let counts = [1, 3, 8]
    let before = allocation_count()
    for turn in 0..<3 {
      let count = counts[turn]
      for slot in 0..<count {
        batch.withWindow(slot) { span in for i in window.indices { span[i] = window[i] } }
        if model.isConditioned {
          batch.withReference(slot) { span in for i in window.indices { span[i] = window[i] / 2 } }
        }
        batch.setAmplitude(slot, 2)
      }
      batch.run(count: count)
      for slot in 0..<count {
        sum += batch.error(slot).total
        batch.writeTrace(slot, into: &span)
        sum += batch.withReconstruction(slot) { $0[0] } + batch.withLatent(slot) { $0[0] }
      }
    }
    #expect(allocation_count() == before)
    #expect(sum.isFinite)
  }
}
