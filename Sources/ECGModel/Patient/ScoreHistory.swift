import ECGCore

/// What the network said of a patient's last beats, in their order: some features are about a beat
/// beside those.
struct ScoreHistory: Sendable {
  static let errorCount = 60
  static let leastErrorCount = 10

  private var errorsP = RecentMedian(capacity: errorCount)
  private var lastLatent: Float?

  /// Hints that a beat will be scored.
  func prefetch() { errorsP.prefetch() }

  mutating func reset() {
    errorsP.reset()
    lastLatent = nil
  }

  /// Completes a beat's features by those that look back, and remembers the beat.
  mutating func process(_ features: inout BeatFeatures) {
    let error = features[.errorP]
    let usual = errorsP.count >= Self.leastErrorCount ? errorsP.median : error
    features[.relativeErrorP] = error - usual
    features[.previousLatent] = lastLatent ?? features[.latent]
    errorsP.append(error)
    lastLatent = features[.latent]
  }
}

extension ScoreHistory: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.group(1, &errorsP)
    state.field(2, &lastLatent)
  }
}
