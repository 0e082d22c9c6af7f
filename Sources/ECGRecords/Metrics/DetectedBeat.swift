/// A beat that a detector found, with what it made of it.
public struct DetectedBeat: Sendable, Equatable {
  public var sample: Int64
  /// Higher is more abnormal; nil where the beat was not scored.
  public var score: Float?
  /// The detector calls the beat abnormal.
  public var isFlagged: Bool

  public init(sample: Int64, score: Float?, isFlagged: Bool) {
    self.sample = sample
    self.score = score
    self.isFlagged = isFlagged
  }
}
