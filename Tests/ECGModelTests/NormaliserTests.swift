import Testing

@testable import ECGModel

@Suite struct NormaliserTests {
  private func apply(
    _ normalisation: ModelManifest.Normalisation, _ window: [Float], leads: Int = 1,
    amplitude: Float = 1
  ) -> [Float] {
    var window = window
    var span = window.mutableSpan
    Normaliser.apply(normalisation, to: &span, leads: leads, amplitude: amplitude)
    return window
  }

  @Test func noneLeavesTheWindowAsItIs() {
    #expect(apply(.none, [1, 2, 6]) == [1, 2, 6])
  }

  @Test func theMeanIsRemovedPerLead() {
    #expect(apply(.meanRemoved, [1, 10, 2, 30, 6, 20], leads: 2) == [-2, -10, -1, 10, 3, 0])
  }

  @Test func zScoreDividesByThePopulationDeviation() {
    let z = apply(.zScore, [2, 4, 4, 4, 5, 5, 7, 9])
    #expect(z == [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2])
  }

  @Test func aFlatLeadStaysFlat() {
    #expect(apply(.zScore, [3, 3, 3, 3]) == [0, 0, 0, 0])
  }

  @Test func thePatientsAmplitudeScales() {
    #expect(
      apply(.meanRemovedAndScaledByPatientAmplitude, [0, 4, 8], amplitude: 2) == [-2, 0, 2])
  }

  @Test func aBatchNormalisesItsWindowsAndReferences() throws {
    let model = try Golden.model("conditioned")
    let count = model.manifest.windowCount
    let window = (0..<count).map { Float($0 % 7) }
    let reference = (0..<count).map { Float($0 % 5) }
    func reconstruct(_ batch: consuming AutoencoderBatch, _ w: [Float], _ r: [Float]) -> [Float] {
      batch.setAmplitude(0, 2.5)
      batch.setWindow(0, w.span)
      batch.setReference(0, r.span)
      batch.run(count: 1)
      var out = [Float](repeating: 0, count: count)
      var span = out.mutableSpan
      batch.copyReconstruction(0, into: &span)
      return out
    }
    func normalised(_ w: [Float]) -> [Float] {
      apply(.meanRemovedAndScaledByPatientAmplitude, w, amplitude: 2.5)
    }
    #expect(
      reconstruct(AutoencoderBatch(model, capacity: 1), window, reference)
        == reconstruct(
          AutoencoderBatch(model, capacity: 1, input: .normalised), normalised(window),
          normalised(reference)))
  }
}
