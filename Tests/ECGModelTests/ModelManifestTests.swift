import ECGCore
import Testing

@testable import ECGModel

@Suite struct ModelManifestTests {
  private func refusal(_ edit: (String) -> String) throws -> ModelError? {
    let bytes = try edited("conditioned", edit)
    do throws(ModelError) {
      _ = try Autoencoder(bytes)
      return nil
    } catch {
      return error
    }
  }

  /// Replaces within the manifest, whose quotation marks are escaped in the header.
  private func replacing(_ old: String, _ new: String) throws -> ModelError? {
    try refusal {
      let from = old.replacing("\"", with: "\\\"")
      #expect($0.contains(from))
      return $0.replacing(from, with: new.replacing("\"", with: "\\\""))
    }
  }

  @Test func everyFieldIsRead() throws {
    let manifest = try Golden.model("conditioned").manifest
    #expect(manifest.name == "conditioned")
    #expect(manifest.leads == .init(count: 1, names: ["II"]))
    #expect(manifest.sampleRate == SampleRate(millihertz: 128_000))
    #expect(manifest.window == .beat(beforeSamples: 32, afterSamples: 64))
    #expect(manifest.lengthSamples == 96)
    #expect(manifest.samplesPerStep == 8)
    #expect(manifest.steps == 12)
    #expect(manifest.filters.highPass == .init(hertz: 0.5, order: 2))
    #expect(manifest.filters.lowPass == .init(hertz: 40, order: 2))
    #expect(manifest.filters.mainsNotch)
    #expect(manifest.normalisation == .meanRemovedAndScaledByPatientAmplitude)
    #expect(manifest.architecture.encoderInput == .differenceAndReference)
    #expect(manifest.architecture.encoderUnits == [24])
    #expect(manifest.architecture.latent == .linear(size: 5))
    #expect(manifest.architecture.decoderInput == .latentAndReference)
    #expect(manifest.architecture.skip == .reference)
    #expect(manifest.error == .init(metric: .absolute, reduction: .sum, limit: 20))
    #expect(manifest.baseline["quantile"] == [0.99])
    #expect(manifest.baseline["weights"] == [0.5, -1])
    #expect(manifest.toolVersions.keys.sorted() == ["numpy", "torch"])
  }

  @Test func anUnknownVersionIsRefused() throws {
    #expect(
      try replacing("\"formatVersion\": 1", "\"formatVersion\": 2") == .unknownFormatVersion(2))
  }

  @Test func missingFieldsAreNamedAllAtOnce() throws {
    #expect(
      try replacing("\"licence\": \"as the repository\", ", "") == .missingFields(["licence"]))
    #expect(
      try replacing("\"hz\": 0.5, \"order\": 2", "")
        == .missingFields(["filters.highPass.hz", "filters.highPass.order"]))
  }

  @Test func aMisspeltFieldIsRefused() throws {
    #expect(
      try replacing("\"mainsNotch\": true", "\"mainsNotch\": true, \"mainNotch\": false")
        == .unknownField("filters.mainNotch"))
  }

  @Test(arguments: [
    ("\"samplesPerStep\": 8", "\"samplesPerStep\": 7", "samplesPerStep"),
    ("\"samplesPerStep\": 8", "\"samplesPerStep\": 8.5", "samplesPerStep"),
    ("\"sampleRateHz\": 128", "\"sampleRateHz\": 128.00001", "sampleRateHz"),
    ("\"sampleRateHz\": 128", "\"sampleRateHz\": 0", "sampleRateHz"),
    ("\"count\": 1", "\"count\": 0", "leads.count"),
    ("\"kind\": \"beat\"", "\"kind\": \"bear\"", "window.kind"),
    ("\"input\": \"latentAndReference\"", "\"input\": \"x\"", "architecture.decoder.input"),
    ("\"lstm\": [24]}, \"latent\"", "\"lstm\": []}, \"latent\"", "architecture.encoder.lstm"),
    ("\"lstm\": [24]}, \"latent\"", "\"lstm\": [9999]}, \"latent\"", "architecture.encoder.lstm"),
    ("\"metric\": \"L1\"", "\"metric\": \"L3\"", "error.metric"),
    ("\"limit\": 20", "\"limit\": -20", "error.limit"),
    ("\"tolerance\": 1e-05", "\"tolerance\": 0", "knownAnswer.tolerance"),
    ("\"trainingData\": \"none\"", "\"trainingData\": null", "trainingData"),
    ("\"quantile\": 0.99", "\"quantile\": \"a\"", "baseline.quantile"),
  ])
  func aValueOutOfRangeIsRefusedWithItsName(old: String, new: String, field: String) throws {
    guard case .badField(field, _, _)? = try replacing(old, new) else {
      Issue.record("\(new): not refused as \(field)")
      return
    }
  }

  @Test func aFileWithoutManifestIsRefused() throws {
    #expect(
      try refusal { $0.replacing("ecgd.manifest", with: "ecgd.manifesto") }
        == .missingManifest(key: "ecgd.manifest"))
  }

  @Test func aTensorThatNobodyKnowsIsRefused() throws {
    let error = try refusal { $0.replacing("latent.bias", with: "latent.bios") }
    #expect(error == .missingTensor("latent.bias"))
    let model = try Golden.bytes("layer-8x16")
    #expect(throws: ModelError.missingManifest(key: "ecgd.manifest")) { try Autoencoder(model) }
  }

  @Test func aWrongShapeNamesTheTensor() throws {
    guard
      case .wrongShape("encoder.0.weight_ih", _, [92, 16], [96, 16])? = try replacing(
        "\"lstm\": [24]}, \"latent\"", "\"lstm\": [23]}, \"latent\"")
    else {
      Issue.record("not refused")
      return
    }
  }
}
