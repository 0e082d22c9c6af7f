import ECGCore
public import ECGModel

/// How a model's reconstruction errors become scores.
public struct ScoreSettings: Equatable, Sendable {
  public enum Kind: Equatable, Sendable {
    /// The error itself, against the limit in the manifest: for models that were given one.
    case absolute
    /// Against what the first `windows` windows of the patient were like.
    case patient(windows: Int)
    /// Against the patient's own reference beats and rhythm.
    case beats(ScoreRule)
  }

  public var kind: Kind
  public var limit: Float

  public static let defaultLearningSeconds = 120.0
  /// Standard deviations over the patient's own centre.
  public static let defaultLimit: Float = 4
  /// At rest a heart beats about this often.
  private static let beatsPerSecond = 1.2

  /// Reads `baseline.learningSeconds` and `baseline.scoreLimit` of the manifest; a manifest with
  /// an `error.limit` and no `baseline.scoreLimit` is judged by the error alone.
  public init(_ manifest: ModelManifest, learningSeconds: Double?) throws(ModelError) {
    if ScoreRule.isPresent(in: manifest) {
      var rule = try ScoreRule(manifest)
      if let learningSeconds {
        rule.learningSeconds = learningSeconds
        rule.settlingSeconds = max(rule.settlingSeconds, learningSeconds)
        rule.firstPickSeconds = min(rule.firstPickSeconds, learningSeconds)
      }
      kind = .beats(rule)
      limit = rule.limit
      return
    }
    if let limit = manifest.error.limit, manifest.baseline["scoreLimit"] == nil {
      kind = .absolute
      self.limit = Float(limit)
      return
    }
    let seconds =
      learningSeconds ?? manifest.baseline["learningSeconds"]?.first ?? Self.defaultLearningSeconds
    let windowsPerSecond =
      switch manifest.window {
      case .sliding(_, let hop): manifest.sampleRate.hertz / Double(hop)
      case .beat: Self.beatsPerSecond
      }
    kind = .patient(windows: max(5, Int(seconds * windowsPerSecond)))
    limit = manifest.baseline["scoreLimit"]?.first.map { Float($0) } ?? Self.defaultLimit
  }
}
