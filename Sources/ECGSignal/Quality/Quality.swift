/// How far a window of one lead can be trusted, and what speaks most against it.
public struct Quality: Hashable, Sendable {
  public enum Reason: String, Hashable, Sendable, CaseIterable {
    /// Nothing speaks against it.
    case good
    case missing
    case flat
    /// The converter or the amplifier was at its limit.
    case saturated
    /// High frequencies between the beats: muscle.
    case muscle
    /// One high frequency between the beats: the mains.
    case mains
    /// The baseline jumps within the band of the ECG: electrode motion.
    case motion
    /// The baseline swings smoothly, faster than the filters remove.
    case wander
  }

  /// 0 (useless) to 1 (clean).
  public let index: Float
  public let reason: Reason

  public init(index: Float, reason: Reason) {
    self.index = index
    self.reason = reason
  }
}
