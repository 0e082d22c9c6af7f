public import ECGCore

/// What a denoiser's file says about itself; see Documentation/Model.md.
public struct DenoiserManifest: Equatable, Sendable {
  public static let formatVersion = 1
  /// The key of the header's `__metadata__` that holds the manifest.
  public static let metadataKey = "ecgd.denoiser"

  public let name: String
  public let description: String
  public let sampleRate: SampleRate
  public let filters: ModelManifest.Filters
  /// The newest samples that the network sees at each step.
  public let frameSamples: Int
  /// The samples between two steps, and those that each step gives.
  public let hopSamples: Int
  /// How far the newest of a step's output lies behind the newest of its input: a multiple of the
  /// hop.
  public let lookaheadSamples: Int
  /// Units of each LSTM layer, the first one first.
  public let units: [Int]
  /// The time constant of the running power by whose root the network's input is divided and its
  /// output multiplied.
  public let scaleSeconds: Double
  /// How a signal gets past the network where that is not sure of itself; nil where it does not.
  public let bypass: Bypass?
  public let trainingData: String
  public let licence: String
  public let toolVersions: [String: String]
  /// Greatest absolute difference per sample in the known-answer test, in millivolts.
  public let knownAnswerTolerance: Double

  /// By which part of each band's noise the network is believed. A band's share is the logistic
  /// function of a weighted sum of 2 `bandCount` numbers, all averaged over seconds: for each band
  /// the logarithm to base 10 of the ratio of the noise that the network finds to what it would
  /// leave of the signal, and then for each band the level of noise that it reports itself.
  public struct Bypass: Equatable, Sendable {
    /// [band][number]
    public let weights: [[Double]]
    /// [band]
    public let biases: [Double]
    /// The time constant over which powers and levels are averaged.
    public let seconds: Double
  }

  /// The noise is told in so many bands of frequency, the slowest first.
  public static let bandCount = 3

  /// Numbers that the linear output layer gives at each step: for each band a hop of its noise;
  /// then for each band the level of its noise.
  var outputs: Int { Self.bandCount * (hopSamples + 1) }
}

extension DenoiserManifest {
  private static let fields = [
    "formatVersion", "name", "description", "sampleRateHz", "filters", "frameSamples",
    "hopSamples", "lookaheadSamples", "lstm", "scaleSeconds", "bypass", "trainingData", "licence",
    "toolVersions", "knownAnswer",
  ]

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
    // The version first: a later format may have other fields.
    if case .integer(let version)? = object["formatVersion"], version != Int64(Self.formatVersion) {
      throw .unknownFormatVersion(Int(version))
    }
    try self.init(FieldReader(object, fields: Self.fields))
  }

  private init(_ fields: FieldReader) throws(ModelError) {
    _ = try fields.integer("formatVersion", in: 1...1)
    name = try fields.string("name")
    description = try fields.string("description")
    let hertz = try fields.number("sampleRateHz", in: 1...10_000)
    guard let rate = SampleRate(hertz: hertz), rate.hertz == hertz else {
      throw fields.bad("sampleRateHz", expected: "at most three decimals")
    }
    sampleRate = rate
    filters = try ModelManifest.filters(fields)
    frameSamples = try fields.integer("frameSamples", in: 1...4096)
    hopSamples = try fields.integer("hopSamples", in: 1...frameSamples)
    lookaheadSamples = try fields.integer("lookaheadSamples", in: 0...(frameSamples - hopSamples))
    guard lookaheadSamples.isMultiple(of: hopSamples) else {
      throw fields.bad("lookaheadSamples", expected: "a multiple of the \(hopSamples) of a hop")
    }
    units = try fields.integers("lstm", count: 1...8, in: 1...4096)
    scaleSeconds = try fields.number("scaleSeconds", in: 0.01...60)
    bypass = try Self.bypass(fields)
    trainingData = try fields.string("trainingData")
    licence = try fields.string("licence")
    toolVersions = try ModelManifest.toolVersions(fields)
    knownAnswerTolerance =
      try fields.object("knownAnswer", fields: ["tolerance"]).positive("tolerance")
  }

  private static func bypass(_ fields: FieldReader) throws(ModelError) -> Bypass? {
    if fields.isNull("bypass") { return nil }
    let bypass = try fields.object("bypass", fields: ["weights", "biases", "seconds"])
    let weights = try bypass.numbers(
      "weights", count: 2 * bandCount * bandCount, in: -1000...1000)
    return Bypass(
      weights: (0..<bandCount).map { band in
        Array(weights[(band * 2 * bandCount)...].prefix(2 * bandCount))
      },
      biases: try bypass.numbers("biases", count: bandCount, in: -1000...1000),
      seconds: try bypass.number("seconds", in: 0.01...600))
  }
}
