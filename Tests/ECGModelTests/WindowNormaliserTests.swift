import Testing

@testable import ECGModel

@Suite struct WindowNormaliserTests {
  private func apply(
    _ normalisation: ModelManifest.Normalisation, _ window: [Float], leads: Int = 1,
    amplitude: Float = 1
  ) -> [Float] {
    var window = window
    var span = window.mutableSpan
    WindowNormaliser.normalise(&span, leads: leads, normalisation, amplitude: amplitude)
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
}
