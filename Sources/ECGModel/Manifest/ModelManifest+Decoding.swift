extension ModelManifest {
  /// The key of the manifest in the `__metadata__` of a model file.
  static let metadataKey = "ecgd.manifest"

  private static let fields = [
    "formatVersion", "name", "description", "leads", "sampleRateHz", "window", "samplesPerStep",
    "filters", "normalisation", "architecture", "error", "baseline", "trainingData", "licence",
    "toolVersions", "knownAnswer",
  ]

  /// Reads a manifest from its JSON text.
  ///
  /// Errors: `badJSON` and `duplicateKey`, with offsets counted from the first byte of the text;
  /// `unknownFormatVersion`, `missingFields`, `unknownField`, `badField`.
  public init(json text: String) throws(ModelError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONReader.read(Array(text.utf8)[...])
    } catch {
      throw ModelError(error, at: 0, in: "the manifest")
    }
    guard case .object(let object) = value else {
      throw .badField("manifest", expected: "an object", actual: value.kind)
    }
    // Before everything else: another version may have other fields.
    if case .integer(let version)? = object["formatVersion"], version != Self.formatVersion {
      throw .unknownFormatVersion(Int(version))
    }
    try self.init(FieldReader(object, path: "", fields: Self.fields))
  }

  private init(_ reader: FieldReader) throws(ModelError) {
    _ = try reader.integer("formatVersion", in: Self.formatVersion...Self.formatVersion)
    name = try reader.string("name")
    description = try reader.string("description")
    leads = try Self.leads(reader.object("leads", fields: ["count", "names"]))
    let rate = try Self.rate(reader)
    sampleRateHz = rate
    window = try Self.window(reader)
    samplesPerStep = try reader.integer("samplesPerStep", in: 1...Self.windowLengthLimit)
    guard window.length.isMultiple(of: samplesPerStep) else {
      throw reader.bad("samplesPerStep", expected: "a divisor of \(window.length)")
    }
    filters = try Self.filters(
      reader.object("filters", fields: ["highPass", "lowPass", "mainsNotch"]), rateHz: rate)
    normalisation = try reader.choice("normalisation")
    architecture = try Architecture(
      reader.object("architecture", fields: ["encoder", "latent", "decoder", "output"]))
    error = try Self.error(reader.object("error", fields: ["metric", "reduction", "limit"]))
    baseline = try BaselineParameters(reader.object("baseline"))
    trainingData = try reader.string("trainingData")
    licence = try reader.string("licence")
    toolVersions = try Self.toolVersions(reader.object("toolVersions"))
    knownAnswerTolerance = try reader.object("knownAnswer", fields: ["tolerance"])
      .positive("tolerance")
  }

  private static func leads(_ reader: FieldReader) throws(ModelError) -> Leads {
    Leads(
      count: try reader.integer("count", in: 1...leadCountLimit),
      names: try reader.strings("names"))
  }

  private static func rate(_ reader: FieldReader) throws(ModelError) -> Double {
    let hz = try reader.number("sampleRateHz")
    let millihertz = hz * 1000
    guard hz >= 1, hz <= sampleRateLimitHz,
      (millihertz - millihertz.rounded()).magnitude < 1e-6
    else {
      throw reader.bad(
        "sampleRateHz", expected: "1 to \(Int(sampleRateLimitHz)), with at most three decimals")
    }
    return hz
  }

  private static func window(_ reader: FieldReader) throws(ModelError) -> Window {
    enum Kind: String, CaseIterable { case sliding, beat }
    let object = try reader.object("window")
    guard let kindValue = object["kind"] else { throw .missingFields(["window.kind"]) }
    let kind: Kind
    if case .string(let text) = kindValue, let known = Kind(rawValue: text) {
      kind = known
    } else {
      throw .badField(
        "window.kind", expected: "\"sliding\" or \"beat\"", actual: kindValue.described)
    }
    switch kind {
    case .sliding:
      let fields = try reader.object("window", fields: ["kind", "lengthSamples", "hopSamples"])
      return .sliding(
        length: try fields.integer("lengthSamples", in: 1...windowLengthLimit),
        hop: try fields.integer("hopSamples", in: 1...windowLengthLimit))
    case .beat:
      let fields = try reader.object("window", fields: ["kind", "beforeSamples", "afterSamples"])
      let before = try fields.integer("beforeSamples", in: 0...windowLengthLimit - 1)
      return .beat(
        before: before,
        after: try fields.integer("afterSamples", in: 1...windowLengthLimit - before))
    }
  }

  private static func filters(_ reader: FieldReader, rateHz: Double) throws(ModelError)
    -> Filters
  {
    Filters(
      highPass: try filter(reader, "highPass", rateHz: rateHz),
      lowPass: try filter(reader, "lowPass", rateHz: rateHz),
      mainsNotch: try reader.bool("mainsNotch"))
  }

  private static func filter(_ reader: FieldReader, _ field: String, rateHz: Double)
    throws(ModelError) -> Filter?
  {
    if reader.isNull(field) { return nil }
    let fields = try reader.object(field, fields: ["hz", "order"])
    let hz = try fields.number("hz")
    guard hz > 0, hz < rateHz / 2 else {
      throw fields.bad("hz", expected: "more than 0 and less than half the sample rate")
    }
    return Filter(hz: hz, order: try fields.integer("order", in: 1...Filter.orderLimit))
  }

  private static func error(_ reader: FieldReader) throws(ModelError) -> ErrorRule {
    ErrorRule(
      metric: try reader.choice("metric"), reduction: try reader.choice("reduction"),
      limit: reader.isNull("limit") ? nil : try reader.positive("limit"))
  }

  private static func toolVersions(_ object: JSONObject) throws(ModelError) -> [String: String] {
    var versions: [String: String] = [:]
    for (key, value) in object.members {
      guard case .string(let text) = value else {
        throw .badField("toolVersions.\(key)", expected: "a string", actual: value.kind)
      }
      versions[key] = text
    }
    return versions
  }
}

extension ModelManifest.Filter {
  /// The highest order that a manifest can ask for.
  public static let orderLimit = 8
}

extension ModelManifest.BaselineParameters {
  init(_ object: JSONObject) throws(ModelError) {
    var values: [String: [Double]] = [:]
    var scalars: Set<String> = []
    for (key, value) in object.members {
      let expected = "a number or a list of numbers"
      if let number = value.double {
        scalars.insert(key)
        values[key] = [number]
        continue
      }
      guard case .array(let items) = value else {
        throw .badField("baseline.\(key)", expected: expected, actual: value.kind)
      }
      var numbers: [Double] = []
      for item in items {
        guard let number = item.double else {
          throw .badField("baseline.\(key)", expected: expected, actual: item.kind)
        }
        numbers.append(number)
      }
      values[key] = numbers
    }
    self.init(values: values, scalars: scalars)
  }
}
