import ECGCore

/// The last beats that were judged, to tell a fast run of beats that are not the patient's own.
struct FastRun: Sendable {
  static let beats = 5
  /// So many of them must be unlike the patient's own.
  static let unlike = 4

  private var places = InlineArray<5, Int64>(repeating: 0)
  private var scores = InlineArray<5, Float>(repeating: 0)
  private var count = 0

  /// The next beat has none before it.
  mutating func breakOff() { count = 0 }

  /// Takes a judged beat.
  ///
  /// - Returns: of the last five the rate, the score that four of them reach, and the first fiducial;
  ///   nil before the fifth.
  mutating func take(
    _ fiducial: Int64, score: Float, rate: SampleRate
  ) -> (beatsPerMinute: Double, score: Float, first: Int64)? {
    places[count % Self.beats] = fiducial
    scores[count % Self.beats] = score
    count += 1
    guard count >= Self.beats else { return nil }
    let first = places[count % Self.beats]
    guard fiducial > first else { return nil }
    var reached = score
    for i in 0..<Self.beats {
      var below = 0
      for j in 0..<Self.beats where scores[j] < scores[i] || (scores[j] == scores[i] && j < i) {
        below += 1
      }
      if below == Self.beats - Self.unlike { reached = scores[i] }
    }
    return (60 * rate.hertz * Double(Self.beats - 1) / Double(fiducial - first), reached, first)
  }
}

extension FastRun: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &places)
    state.field(2, &scores)
    state.field(3, &count, in: 0...Int.max)
  }
}
