import ECGCore

extension ModelManifest {
  private static let fields = [
    "formatVersion", "name", "description", "leads", "sampleRateHz", "window", "samplesPerStep",
    "filters", "normalisation", "architecture", "error", "baseline", "trainingData", "licence",
    "toolVersions", "knownAnswer",
  ]
  private static let optionalFields = ["weights"]

  /// The manifest of a checked file.
  init(_ file: SafetensorsFile) throws(ModelError) {
    guard let text = file.metadata[Self.metadataKey] else {
      throw .missingManifest(key: Self.metadataKey)
    }
    let value: JSONValue
    do {
      value = try JSONReader.read(ArraySlice(text.utf8))
    } catch {
      throw ModelError(error, at: 0, in: "the manifest (bytes counted from its own start)")
    }
    guard case .object(let object) = value else {
      throw .badField(Self.metadataKey, expected: "an object", actual: value.kind)
    }
    try self.init(object)
  }

  private init(_ object: JSONObject) throws(ModelError) {
    // The version first: a later format may have other fields.
    if case .integer(let version)? = object["formatVersion"], version != Int64(Self.formatVersion) {
      throw .unknownFormatVersion(Int(version))
    }
    let fields = try FieldReader(object, fields: Self.fields, optional: Self.optionalFields)
    _ = try fields.integer("formatVersion", in: 1...1)
    name = try fields.string("name")
    description = try fields.string("description")
    let leads = try fields.object("leads", fields: ["count", "names"])
    self.leads = Leads(
      count: try leads.integer("count", in: 1...16), names: try leads.strings("names"))
    let hertz = try fields.number("sampleRateHz", in: 1...10_000)
    guard let rate = SampleRate(hertz: hertz), rate.hertz == hertz else {
      throw fields.bad("sampleRateHz", expected: "at most three decimals")
    }
    sampleRate = rate
    window = try Self.window(fields)
    samplesPerStep = try fields.integer("samplesPerStep", in: 1...window.lengthSamples)
    guard window.lengthSamples.isMultiple(of: samplesPerStep) else {
      throw fields.bad(
        "samplesPerStep", expected: "a divisor of the window's \(window.lengthSamples) samples")
    }
    filters = try Self.filters(fields)
    normalisation = try fields.choice("normalisation", Normalisation.self)
    architecture = try Self.architecture(fields)
    weights = try Self.weights(fields)
    error = try Self.errorRule(fields)
    baseline = try Self.baseline(fields)
    trainingData = try fields.string("trainingData")
    licence = try fields.string("licence")
    toolVersions = try Self.toolVersions(fields)
    knownAnswerTolerance =
      try fields.object("knownAnswer", fields: ["tolerance"]).positive("tolerance")
  }

  private static let lengthLimit = 65_536

  private static func window(_ fields: FieldReader) throws(ModelError) -> Window {
    enum Kind: String, CaseIterable { case sliding, beat }
    guard case .string(let name)? = try fields.members("window")["kind"] else {
      throw .missingFields(["window.kind"])
    }
    switch Kind(rawValue: name) {
    case .sliding:
      let window = try fields.object("window", fields: ["kind", "lengthSamples", "hopSamples"])
      return .sliding(
        lengthSamples: try window.integer("lengthSamples", in: 1...lengthLimit),
        hopSamples: try window.integer("hopSamples", in: 1...lengthLimit))
    case .beat:
      let window = try fields.object("window", fields: ["kind", "beforeSamples", "afterSamples"])
      return .beat(
        beforeSamples: try window.integer("beforeSamples", in: 0...lengthLimit / 2),
        afterSamples: try window.integer("afterSamples", in: 1...lengthLimit / 2))
    case nil:
      throw .badField(
        "window.kind", expected: "'sliding' or 'beat'", actual: "'\(name)'")
    }
  }

  static func filters(_ fields: FieldReader) throws(ModelError) -> Filters {
    let filters = try fields.object("filters", fields: ["highPass", "lowPass", "mainsNotch"])
    func butterworth(_ key: String) throws(ModelError) -> Filters.Butterworth? {
      if filters.isNull(key) { return nil }
      let filter = try filters.object(key, fields: ["hz", "order"])
      return .init(
        hertz: try filter.number("hz", in: 0.001...10_000),
        order: try filter.integer("order", in: 1...8))
    }
    return Filters(
      highPass: try butterworth("highPass"), lowPass: try butterworth("lowPass"),
      mainsNotch: try filters.bool("mainsNotch"))
  }

  private static func architecture(_ fields: FieldReader) throws(ModelError) -> Architecture {
    let unitLimit = 4096
    let network = try fields.object(
      "architecture", fields: ["encoder", "latent", "decoder", "output"])
    let encoder = try network.object("encoder", fields: ["input", "lstm"])
    let decoder = try network.object("decoder", fields: ["input", "lstm"])
    let output = try network.object("output", fields: ["skip"])
    let latent: Architecture.Latent
    switch try network.members("latent")["kind"] {
    case .string("lastHidden")?:
      _ = try network.object("latent", fields: ["kind"])
      latent = .lastHidden
    case .string("linear")?:
      let linear = try network.object("latent", fields: ["kind", "size"])
      latent = .linear(size: try linear.integer("size", in: 1...unitLimit))
    case let other:
      guard let other else { throw .missingFields(["architecture.latent.kind"]) }
      throw .badField(
        "architecture.latent.kind", expected: "'lastHidden' or 'linear'", actual: other.kind)
    }
    let decoderInput = try decoder.choice("input", Architecture.DecoderInput.self)
    guard decoderInput != .hiddenStates || latent == .lastHidden else {
      throw decoder.bad(
        "input", expected: "'latent' or 'latentAndReference' beside a linear latent")
    }
    return Architecture(
      encoderInput: try encoder.choice("input", Architecture.EncoderInput.self),
      encoderUnits: try encoder.integers("lstm", count: 1...8, in: 1...unitLimit),
      latent: latent,
      decoderInput: decoderInput,
      decoderUnits: try decoder.integers("lstm", count: 1...8, in: 1...unitLimit),
      skip: try output.choice("skip", Architecture.Skip.self))
  }

  private static func weights(_ fields: FieldReader) throws(ModelError) -> Weights {
    guard fields.has("weights") else { return Weights(storage: .float32, roundingTolerance: nil) }
    let weights = try fields.object("weights", fields: ["storage", "roundingTolerance"])
    let storage = try weights.choice("storage", WeightStorage.self)
    switch storage {
    case .float32:
      guard weights.isNull("roundingTolerance") else {
        throw weights.bad("roundingTolerance", expected: "null, as float32 rounds nothing")
      }
      return Weights(storage: storage, roundingTolerance: nil)
    case .float16:
      return Weights(
        storage: storage, roundingTolerance: try weights.positive("roundingTolerance"))
    }
  }

  private static func errorRule(_ fields: FieldReader) throws(ModelError) -> ErrorRule {
    let error = try fields.object("error", fields: ["metric", "reduction", "limit"])
    return ErrorRule(
      metric: try error.choice("metric", ErrorRule.Metric.self),
      reduction: try error.choice("reduction", ErrorRule.Reduction.self),
      limit: error.isNull("limit") ? nil : try error.positive("limit"))
  }

  private static func baseline(_ fields: FieldReader) throws(ModelError) -> [String: [Double]] {
    var baseline: [String: [Double]] = [:]
    for (key, value) in try fields.members("baseline").members {
      let items = if case .array(let items) = value { items } else { [value] }
      let numbers = items.compactMap(\.double)
      guard numbers.count == items.count else {
        throw .badField(
          "baseline.\(key)", expected: "a number or a list of numbers", actual: value.kind)
      }
      baseline[key] = numbers
    }
    return baseline
  }

  static func toolVersions(_ fields: FieldReader) throws(ModelError) -> [String: String] {
    var versions: [String: String] = [:]
    for (key, value) in try fields.members("toolVersions").members {
      guard case .string(let version) = value else {
        throw .badField("toolVersions.\(key)", expected: "a string", actual: value.kind)
      }
      versions[key] = version
    }
    return versions
  }
}
