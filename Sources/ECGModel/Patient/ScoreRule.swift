import ECGCore

/// How a model's manifest makes a beat's features into one score: a calibrated logistic function
/// of few terms, fitted on other patients.
///
/// It stands in the manifest's `baseline`:
///
/// | key | numbers |
/// |---|---|
/// | `score.bias` | one |
/// | `score.limit` | one, in 0...1: a beat whose score is greater is flagged |
/// | `score.latent` | a weight for each latent number, then a bias: the feature `latent` |
/// | `score.term.A` or `score.term.A*B` | weight, lowest, highest and typical value of a feature, or of a product of two |
/// | `learning.seconds`, `learning.firstPickSeconds` | one each |
/// | `alarm.shift`, `alarm.falseAlertsPerHour` | see `FalseAlertCalibration` |
public struct ScoreRule: Sendable, Equatable {
  /// A weighted feature or product of two features, limited to a range.
  struct Term: Sendable, Equatable {
    var first: BeatFeature
    var second: BeatFeature?
    var weight: Float
    var lowest: Float
    var highest: Float
    /// The value at normal beats.
    var typical: Float

    func value(_ features: BeatFeatures) -> Float {
      var value = features[first]
      if let second { value *= features[second] }
      return min(max(value, lowest), highest)
    }

    /// The part of the term that timing answers for.
    var timingShare: Float {
      let parts = [first, second].compactMap { $0 }
      return Float(parts.filter(\.isTiming).count) / Float(parts.count)
    }
  }

  var terms: [Term]
  var timingShares: [Float]
  var bias: Float
  var latentWeights: [Float]
  var latentBias: Float
  /// A beat whose score is greater is flagged.
  public var limit: Float
  /// From then on beats are judged; and the references settle where the evidence suffices.
  public var learningSeconds: Double
  /// By then they settle in any case.
  public var settlingSeconds: Double
  public var firstPickSeconds: Double
  /// Nil: nothing is promised, and the limits stay where they are.
  public var falseAlerts: FalseAlertCalibration?

  private static let termPrefix = "score.term."

  /// Whether a manifest has a score's rule at all: a model of a user's own need not.
  public static func isPresent(in manifest: ModelManifest) -> Bool {
    manifest.baseline["score.bias"] != nil
  }

  /// Reads the rule of a model that is conditioned on the patient's reference beat.
  ///
  /// Errors: `badField` or `missingFields` of `ModelError` with the key at fault.
  public init(_ manifest: ModelManifest) throws(ModelError) {
    try Self.checkWindow(manifest)
    try self.init(manifest.baseline, latentSize: manifest.architecture.latentSize)
  }

  /// Reads the manifest's `baseline`.
  init(_ fields: [String: [Double]], latentSize: Int) throws(ModelError) {
    bias = try Self.number("score.bias", fields)
    limit = try Self.number("score.limit", fields)
    guard limit >= 0, limit <= 1 else {
      throw .badField("baseline.score.limit", expected: "0...1", actual: "\(limit)")
    }
    learningSeconds = Double(try Self.number("learning.seconds", fields))
    firstPickSeconds = Double(try Self.number("learning.firstPickSeconds", fields))
    guard firstPickSeconds > 0, learningSeconds >= firstPickSeconds else {
      throw .badField(
        "baseline.learning.seconds", expected: "at least learning.firstPickSeconds, above 0",
        actual: "\(learningSeconds)")
    }
    settlingSeconds = max(learningSeconds, Self.greatestSettlingSeconds)
    falseAlerts = try FalseAlertCalibration(fields)
    let latent = try Self.numbers(
      "score.latent", fields, count: latentSize + 1)
    latentWeights = Array(latent.dropLast())
    latentBias = latent[latent.count - 1]
    terms = []
    for key in fields.keys.sorted() {
      if key.hasPrefix(Self.termPrefix) {
        terms.append(try Self.term(key, fields))
      } else if !Self.known.contains(key) {
        throw .unknownField("baseline.\(key)")
      }
    }
    timingShares = terms.map(\.timingShare)
  }

  /// A rule without a score, for learning alone, that always lasts so long.
  public init(
    learningSeconds: Double, firstPickSeconds: Double = ScoreRule.defaultFirstPickSeconds
  ) {
    precondition(firstPickSeconds > 0)
    self.learningSeconds = learningSeconds
    settlingSeconds = learningSeconds
    self.firstPickSeconds = firstPickSeconds
    terms = []
    timingShares = []
    bias = 0
    latentWeights = []
    latentBias = 0
    limit = 1
  }

  public static let greatestSettlingSeconds = 300.0

  /// From then on the references known so far are good enough for a provisional score.
  public static let defaultFirstPickSeconds = 30.0

  private static let known = [
    "score.bias", "score.limit", "score.latent", "learning.seconds", "learning.firstPickSeconds",
    FalseAlertCalibration.shiftKey, FalseAlertCalibration.rateKey,
  ]

  private static func checkWindow(_ manifest: ModelManifest) throws(ModelError) {
    let window = ModelManifest.Window.beat(
      beforeSamples: BeatExcerpt.before, afterSamples: BeatExcerpt.after)
    guard manifest.window == window else {
      throw .badField(
        "window", expected: "\(window) with a score", actual: "\(manifest.window)")
    }
    guard manifest.sampleRate.hertz == BeatExcerpt.sampleRateHz, manifest.leads.count == 1,
      manifest.architecture.isConditioned
    else {
      throw .badField(
        "baseline.score.bias", expected: "a conditioned model of one lead at 128 Hz",
        actual: "\(manifest.leads.count) leads at \(manifest.sampleRate)")
    }
  }

  private static func numbers(
    _ key: String, _ fields: [String: [Double]], count: Int
  ) throws(ModelError) -> [Float] {
    guard let numbers = fields[key] else { throw .missingFields(["baseline.\(key)"]) }
    guard numbers.count == count else {
      throw .badField(
        "baseline.\(key)", expected: "\(count) numbers", actual: "\(numbers.count)")
    }
    return numbers.map { Float($0) }
  }

  private static func number(
    _ key: String, _ fields: [String: [Double]]
  ) throws(ModelError) -> Float {
    try numbers(key, fields, count: 1)[0]
  }

  private static func term(
    _ key: String, _ fields: [String: [Double]]
  ) throws(ModelError) -> Term {
    let names = key.dropFirst(termPrefix.count).split(
      separator: "*", omittingEmptySubsequences: false)
    let features = names.compactMap { name in
      BeatFeature.allCases.first { $0.name == name }
    }
    guard features.count == names.count, (1...2).contains(features.count) else {
      throw .unknownField("baseline.\(key)")
    }
    let numbers = try numbers(key, fields, count: 4)
    guard numbers[1] <= numbers[2] else {
      throw .badField(
        "baseline.\(key)", expected: "lowest <= highest", actual: "\(numbers[1]), \(numbers[2])")
    }
    return Term(
      first: features[0], second: features.count > 1 ? features[1] : nil, weight: numbers[0],
      lowest: numbers[1], highest: numbers[2], typical: numbers[3])
  }
}
