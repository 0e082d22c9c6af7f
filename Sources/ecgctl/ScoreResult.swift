import ECGModel
import ECGRecords
import ECGWire

/// What a model made of rows.
struct ScoreResult {
  private let model: Autoencoder
  private let kernel: Kernel
  private let labels: [Double]
  private let limit: Double?
  private(set) var losses: [Double] = []
  private var outputs: [Float] = []
  private var latentValues: [Float] = []

  private static let batchSize = 24

  init(
    model: Autoencoder, rows: ScoreRows, references: [[Float]], kernel: Kernel, normalises: Bool,
    amplitude: Float, limit: Double?
  ) {
    self.model = model
    self.kernel = kernel
    self.limit = limit ?? model.manifest.error.limit
    labels = rows.labels
    var batch = AutoencoderBatch(
      model: model, capacity: min(Self.batchSize, rows.windows.count), kernel: kernel)
    let manifest = model.manifest
    func prepared(_ window: [Float]) -> [Float] {
      guard normalises else { return window }
      var window = window
      var span = window.mutableSpan
      WindowNormaliser.normalise(
        &span, leads: manifest.leads.count, manifest.normalisation, amplitude: amplitude)
      return window
    }
    var output = [Float](repeating: 0, count: manifest.windowCount)
    var latent = [Float](repeating: 0, count: manifest.architecture.latentSize)
    for start in stride(from: 0, to: rows.windows.count, by: batch.capacity) {
      let count = min(batch.capacity, rows.windows.count - start)
      for slot in 0..<count {
        let window = prepared(rows.windows[start + slot])
        batch.setInput(slot: slot, window.span)
        if !references.isEmpty {
          let reference = prepared(references[references.count == 1 ? 0 : start + slot])
          batch.setReference(slot: slot, reference.span)
        }
      }
      batch.run(count: count)
      for slot in 0..<count {
        losses.append(batch.error(slot: slot).value(manifest.error))
        var outputSpan = output.mutableSpan
        batch.copyReconstruction(slot: slot, into: &outputSpan)
        outputs += output
        var latentSpan = latent.mutableSpan
        batch.copyLatent(slot: slot, into: &latentSpan)
        latentValues += latent
      }
    }
  }

  /// (rows, samples, leads)
  var reconstructions: NumPyArray {
    let manifest = model.manifest
    return NumPyArray(
      shape: [losses.count, manifest.lengthSamples, manifest.leads.count],
      elements: .float32(outputs))
  }

  /// (rows, latent size)
  var latents: NumPyArray {
    NumPyArray(
      shape: [losses.count, model.manifest.architecture.latentSize],
      elements: .float32(latentValues))
  }

  private func isAnomaly(_ loss: Double) -> Bool? {
    ModelManifest.ErrorRule(
      metric: model.manifest.error.metric, reduction: model.manifest.error.reduction, limit: limit
    ).isAnomalous(loss)
  }

  /// A line for each row: index, loss, decision, separated by tabs.
  var text: String {
    let lines = losses.enumerated().map { index, loss in
      let decision = isAnomaly(loss).map { $0 ? "anomaly" : "normal" } ?? "-"
      return "\(index)\t\(loss)\t\(decision)"
    }
    return (["index\tloss\tdecision"] + lines).joined(separator: "\n")
  }

  /// One object, a line for each row.
  var json: String {
    let rows = losses.enumerated().map { index, loss in
      var members = ["\"index\":\(index)", "\"loss\":\(Self.number(loss))"]
      members.append(
        "\"decision\":" + (isAnomaly(loss).map { $0 ? "\"anomaly\"" : "\"normal\"" } ?? "null"))
      if !labels.isEmpty { members.append("\"label\":\(Self.number(labels[index]))") }
      return "{\(members.joined(separator: ","))}"
    }
    return """
      {"model":\(JSON.string(model.manifest.name).text),"hash":"\(model.hash)",\
      "kernel":"\(kernel.rawValue)","limit":\(limit.map(Self.number) ?? "null"),"rows":[
      \(rows.joined(separator: ",\n"))
      ]}
      """
  }

  /// JSON has no word for what is not finite.
  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
