import CAllocationCounter
import Testing

@testable import ECGModel

@Suite struct AutoencoderTests {
  /// Reconstructions and latents of random windows, each slot's bits.
  private func run(
    _ model: Autoencoder, _ windows: [[Float]], _ references: [[Float]], kernel: Kernel,
    capacity: Int
  ) -> [[Float]] {
    var batch = AutoencoderBatch(model: model, capacity: capacity, kernel: kernel)
    for (slot, window) in windows.enumerated() {
      batch.setInput(slot: slot, window.span)
      if model.manifest.architecture.isConditioned {
        let reference = references[slot]
        batch.setReference(slot: slot, reference.span)
      }
    }
    batch.run(count: windows.count)
    return windows.indices.map { slot in
      var out = [Float](repeating: 0, count: model.manifest.windowCount)
      var latent = [Float](repeating: 0, count: model.manifest.architecture.latentSize)
      var span = out.mutableSpan
      batch.copyReconstruction(slot: slot, into: &span)
      var latentSpan = latent.mutableSpan
      batch.copyLatent(slot: slot, into: &latentSpan)
      return out + latent
    }
  }

  @Test(arguments: Golden.models, Kernel.available)
  func aModelComputesWhatPyTorchDoes(name: String, kernel: Kernel) throws {
    let model = try Golden.model(name)
    #expect(try model.verifyKnownAnswer(kernel: kernel) < 3e-6)
  }

  @Test(arguments: Golden.models, Kernel.available)
  func aWindowsBitsAreTheSameInEveryBatchAndSlot(name: String, kernel: Kernel) throws {
    let model = try Golden.model(name)
    var random = Seeded(7)
    let windows = (0..<31).map { _ in random.floats(model.manifest.windowCount) }
    let references = (0..<31).map { _ in random.floats(model.manifest.windowCount) }
    let alone = zip(windows, references).map { window, reference in
      run(model, [window], [reference], kernel: kernel, capacity: 1)[0].map(\.bitPattern)
    }
    for count in [2, 3, 4, 5, 6, 7, 11, 12, 13, 23, 24, 25, 31] {
      // Another first window each time, so that a window meets many slots.
      let order = (0..<count).map { ($0 * 5 + count) % 31 }
      let together = run(
        model, order.map { windows[$0] }, order.map { references[$0] }, kernel: kernel,
        capacity: 31)
      for (slot, index) in order.enumerated() {
        #expect(together[slot].map(\.bitPattern) == alone[index], "slot \(slot) of \(count)")
      }
    }
  }

  @Test(arguments: Golden.models)
  func allKernelsAgree(name: String) throws {
    let model = try Golden.model(name)
    var random = Seeded(8)
    let windows = (0..<9).map { _ in random.floats(model.manifest.windowCount) }
    let references = (0..<9).map { _ in random.floats(model.manifest.windowCount) }
    let portable = run(model, windows, references, kernel: .portable, capacity: 9)
    for kernel in Kernel.available {
      let other = run(model, windows, references, kernel: kernel, capacity: 9)
      for slot in windows.indices {
        #expect(zip(portable[slot], other[slot]).allSatisfy { abs($0 - $1) < 1e-5 })
      }
    }
  }

  @Test(arguments: Golden.models)
  func runningAllocatesNothing(name: String) throws {
    let model = try Golden.model(name)
    let window = [Float](repeating: 0.5, count: model.manifest.windowCount)
    var batch = AutoencoderBatch(model: model, capacity: 26)
    var worst = 0.0
    var before: UInt64 = 0
    // The first round warms up what the language run-time sets up once.
    for _ in 0..<2 {
      before = allocation_count()
      for slot in 0..<26 {
        batch.setInput(slot: slot, window.span)
        if model.manifest.architecture.isConditioned { batch.setReference(slot: slot, window.span) }
      }
      batch.run(count: 26)
      for slot in 0..<26 { worst = max(worst, batch.error(slot: slot).absoluteSum) }
    }
    #expect(allocation_count() == before)
    #expect(worst > 0)
  }

  @Test func aWrongWeightFailsTheKnownAnswer() throws {
    var bytes = try Golden.bytes("plain")
    let tensor = try #require(SafetensorsFile(bytes)["encoder.0.weight_hh"])
    // The exponent's lowest bits: the weight is doubled or halved.
    bytes[tensor.range.lowerBound + 2] ^= 0x80
    let answer = try #require(SafetensorsFile(bytes)[KnownAnswer.tensor])
    let error = #expect(throws: ModelError.self) { try Autoencoder(bytes) }
    guard case .knownAnswerFailed(KnownAnswer.tensor, let offset, let element, _, _, _)? = error
    else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(offset == answer.range.lowerBound + 4 * element)
  }

  @Test func theHashIsThatOfTheFile() throws {
    let bytes = try Golden.bytes("plain")
    #expect(try Autoencoder(bytes).hash == SHA256.hex(bytes))
  }

  @Test func parametersAndOperationsAreCounted() throws {
    let model = try Golden.model("plain")
    let layers = [(1, 13), (13, 9), (9, 9), (9, 13)]
    let parameters = layers.reduce(0) { $0 + 4 * $1.1 * ($1.0 + $1.1 + 1) } + 13 + 1
    #expect(model.parameterCount == parameters)
    let products = layers.reduce(0) { $0 + 4 * $1.1 * ($1.0 + $1.1) } + 13
    #expect(model.floatingPointOperations == 2 * products * 30)
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: ModelError.cannotRead(path: "/no/such/file", errno: 2)) {
      try Autoencoder(path: "/no/such/file")
    }
  }
}
