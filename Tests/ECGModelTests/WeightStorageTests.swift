import Testing

@testable import ECGModel

/// Weights that are stored as binary16.
@Suite struct WeightStorageTests {
  private var halves: TestModel { TestModel(encoder: [16, 9], decoder: [8, 24], halves: true) }

  @Test func theManifestSaysHowWeightsAreStored() throws {
    #expect(try halves.load().manifest.weights == .init(storage: .float16, roundingTolerance: 1e-2))
    #expect(
      try TestModel().load().manifest.weights == .init(storage: .float32, roundingTolerance: nil))
  }

  @Test func halvesAreRefusedWhereTheManifestDoesNotAskForThem() {
    var model = halves
    var file = model.builder
    model.halves = false
    file.metadata["ecgd.manifest"] = model.manifest
    #expect(throws: ModelError.self) { try Autoencoder(file.bytes) }
    let error = #expect(throws: ModelError.self) { try Autoencoder(unverified: file.bytes) }
    guard case .wrongDtype("encoder.0.weight_ih", _, "F32", "F16")? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func singlesAreRefusedWhereTheManifestAsksForHalves() {
    var model = TestModel()
    var file = model.builder
    model.halves = true
    file.metadata["ecgd.manifest"] = model.manifest
    let error = #expect(throws: ModelError.self) { try Autoencoder(file.bytes) }
    guard case .wrongDtype("encoder.0.weight_ih", _, "F16", "F32")? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func anInfiniteHalfIsNamed() {
    var file = halves.builder
    let index = file.index("encoder.0.weight_hh")
    file.tensors[index].data[3] = 0x7C
    file.tensors[index].data[2] = 0
    let error = #expect(throws: ModelError.self) { try Autoencoder(file.bytes) }
    guard case .notFinite("encoder.0.weight_hh", _, 1)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func roundingMayMoveTheAnswerByItsOwnToleranceAndNoMore() throws {
    var model = halves
    model.roundingTolerance = "1e-7"
    let error = #expect(throws: ModelError.self) { try model.load() }
    guard case .knownAnswerFailed("knownAnswer.unrounded", _, _, _, _, 1e-7)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["null", "0", "-1"])
  func halvesNeedATolerance(tolerance: String) {
    var model = halves
    model.roundingTolerance = tolerance
    let error = #expect(throws: ModelError.self) { try model.load() }
    guard case .badField("weights.roundingTolerance", _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func recurrentHalvesTakeHalfTheMemory() throws {
    var singles = halves
    singles.halves = false
    let single = try singles.load().weightTraffic
    #expect(
      try halves.load().weightTraffic.map { 2 * $0.footprintBytes } == single.map(\.footprintBytes))
  }
}
