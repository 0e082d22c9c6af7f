import ECGModel

/// What `ecgctl model inspect` says about a file that was accepted.
struct ModelReport {
  private let model: Autoencoder
  /// The greatest difference from the known answer, for each kernel of this machine.
  private let differences: [(kernel: Kernel, difference: Double)]

  init(path: String) throws(ScoreError) {
    do throws(ModelError) {
      model = try Autoencoder(path: path)
      var differences: [(Kernel, Double)] = []
      for kernel in Kernel.available {
        differences.append((kernel, try model.verifyKnownAnswer(kernel: kernel)))
      }
      self.differences = differences
    } catch {
      throw ScoreError(error, path: path)
    }
  }

  private var manifest: ModelManifest { model.manifest }

  private static func filter(_ filter: ModelManifest.Filters.Butterworth?) -> String {
    filter.map { "\($0.hertz) Hz, order \($0.order)" } ?? "none"
  }

  private var window: String {
    switch manifest.window {
    case .sliding(let length, let hop): "\(length) samples, every \(hop)"
    case .beat(let before, let after): "\(before) samples before each beat, \(after) from it on"
    }
  }

  private var latent: String {
    switch manifest.architecture.latent {
    case .lastHidden: "last hidden state, \(manifest.architecture.latentSize)"
    case .linear(let size): "linear, \(size)"
    }
  }

  var text: String {
    let network = manifest.architecture
    let units = { (units: [Int]) in units.map { "\($0)" }.joined(separator: ", ") }
    let rows: [(String, String)] = [
      ("name", manifest.name), ("description", manifest.description), ("sha256", model.hash),
      (
        "leads",
        "\(manifest.leads.count)"
          + (manifest.leads.names.isEmpty
            ? "" : " (\(manifest.leads.names.joined(separator: ", ")))")
      ),
      ("sample rate", "\(manifest.sampleRate)"), ("window", window),
      ("steps", "\(manifest.steps) of \(manifest.samplesPerStep) samples"),
      ("high-pass", Self.filter(manifest.filters.highPass)),
      ("low-pass", Self.filter(manifest.filters.lowPass)),
      ("mains notch", manifest.filters.mainsNotch ? "on" : "off"),
      ("normalisation", manifest.normalisation.rawValue),
      ("encoder", "LSTM \(units(network.encoderUnits)) on \(network.encoderInput.rawValue)"),
      ("latent", latent),
      ("decoder", "LSTM \(units(network.decoderUnits)) on \(network.decoderInput.rawValue)"),
      ("skip", network.skip.rawValue),
      ("parameters", "\(model.parameterCount)"),
      ("operations", "\(Double(model.floatingPointOperations) / 1e6) MFLOP a window"),
      (
        "error",
        "\(manifest.error.metric.rawValue) \(manifest.error.reduction.rawValue), "
          + (manifest.error.limit.map { "limit \($0)" } ?? "no fixed limit")
      ),
      (
        "baseline",
        manifest.baseline.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
          .joined(separator: ", ")
      ),
      ("training data", manifest.trainingData), ("licence", manifest.licence),
      (
        "tools",
        manifest.toolVersions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
          .joined(separator: ", ")
      ),
      (
        "known answer",
        differences.map { "\($0.kernel.rawValue) within \($0.difference)" }
          .joined(separator: ", ") + " (tolerance \(manifest.knownAnswerTolerance))"
      ),
    ]
    return rows.map { name, value in
      name + String(repeating: " ", count: 15 - name.count) + value
    }.joined(separator: "\n")
  }

  /// The manifest as it stands in the file, beside what was found out about it.
  var json: String {
    let known = differences.map { "\"\($0.kernel.rawValue)\":\($0.difference)" }
    return """
      {"sha256":"\(model.hash)","parameters":\(model.parameterCount),\
      "floatingPointOperations":\(model.floatingPointOperations),\
      "conditioned":\(manifest.architecture.isConditioned),\
      "latentSize":\(manifest.architecture.latentSize),\
      "knownAnswerDifference":{\(known.joined(separator: ","))},\
      "manifest":\(model.manifestText)}
      """
  }
}
