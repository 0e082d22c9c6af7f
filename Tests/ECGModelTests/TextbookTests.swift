import Testing

@testable import ECGModel

/// Networks of random weights against an LSTM written down plainly in double precision.
@Suite struct TextbookTests {
  @Test(arguments: TestModel.shapes.indices, Kernel.available)
  func everyArchitectureComputesWhatTheTextbookDoes(shape: Int, kernel: Kernel) throws {
    let model = TestModel.shapes[shape]
    let windows = model.windows(13, seed: 5)
    let references = model.isConditioned ? model.windows(13, seed: 6) : nil
    var batch = AutoencoderBatch(
      model: try model.load(kernel: kernel), capacity: 13, kernel: kernel)
    for slot in windows.indices { batch.fill(slot, windows[slot], references?[slot]) }
    // Few windows and many take different ways through the layers.
    for count in [1, 5, 13] {
      batch.run(count: count)
      for slot in 0..<count {
        let expected = model.expected(windows[slot], reference: references?[slot])
        #expect(distance(batch.latent(slot), expected.latent) < 3e-6)
        #expect(distance(batch.reconstruction(slot), expected.reconstruction) < 1e-5)
      }
    }
  }

  @Test(arguments: Kernel.available)
  func gatesSaturateWithoutOverflow(kernel: Kernel) throws {
    var model = TestModel(encoder: [9, 8], decoder: [8])
    model.weightRange = -60...60
    model.tolerance = "1e-2"
    let windows = model.windows(4, seed: 11).map { window in window.map { $0 * 1000 } }
    var batch = AutoencoderBatch(
      model: try model.load(kernel: kernel), capacity: 4, kernel: kernel)
    for slot in windows.indices { batch.fill(slot, windows[slot], nil) }
    batch.run(count: 4)
    for slot in windows.indices {
      let expected = model.expected(windows[slot], reference: nil)
      #expect(distance(batch.latent(slot), expected.latent) < 1e-3)
      #expect(batch.reconstruction(slot).allSatisfy { $0.isFinite })
    }
  }

  @Test(arguments: Kernel.available, [Float.nan, Float(bitPattern: 0x7FC0_0001), .infinity])
  func aNumberThatIsNotFiniteSpoilsItsOwnWindowAndNoOther(kernel: Kernel, bad: Float) throws {
    let model = TestModel(encoder: [16, 9], decoder: [8, 24])
    var windows = model.windows(3, seed: 12)
    var batch = AutoencoderBatch(
      model: try model.load(kernel: kernel), capacity: 3, kernel: kernel)
    for slot in windows.indices { batch.fill(slot, windows[slot], nil) }
    batch.run(count: 3)
    let good = batch.reconstruction(2)
    windows[1][7] = bad
    batch.fill(1, windows[1], nil)
    batch.run(count: 3)
    #expect(batch.error(slot: 1).absoluteSum.isNaN)
    #expect(batch.latent(1).allSatisfy { $0.isNaN })
    #expect(batch.reconstruction(1).allSatisfy { $0.isNaN })
    #expect(batch.reconstruction(2) == good)
  }

  @Test func longWindowsAreComputedInSmallTiles() throws {
    // Eight units over 65,536 steps: sixteen windows fill a tile.
    let model = TestModel(length: 65_536, encoder: [1], decoder: [2], knownAnswers: 1)
    let autoencoder = try model.load()
    var batch = AutoencoderBatch(model: autoencoder, capacity: 31)
    #expect(batch.tile == 16)
    let windows = model.windows(5, seed: 14)
    for slot in 0..<31 { batch.fill(slot, windows[slot % 5], nil) }
    batch.run(count: 31)
    var single = AutoencoderBatch(model: autoencoder, capacity: 1)
    for slot in [0, 15, 16, 17, 18, 30] {
      single.fill(0, windows[slot % 5], nil)
      single.run(count: 1)
      #expect(single.reconstruction(0) == batch.reconstruction(slot))
    }
  }
}
