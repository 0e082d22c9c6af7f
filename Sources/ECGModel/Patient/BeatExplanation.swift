/// Why a beat scored as it did: which part spoke, where in the beat, and what it was compared with.
public struct BeatExplanation: Sendable, Equatable {
  /// Which part of the evidence weighs most. Rate is timing of a patient whose pace has changed.
  public enum Part: String, Sendable, CaseIterable {
    case shape, timing, rate
  }

  public var part: Part
  /// What shape and timing add to the log-odds of a typical normal beat.
  public var shape: Float
  public var timing: Float
  /// The heart rate of late over that of this patient's normal beats.
  public var pace: Float
  /// Logarithm of the interval before the beat over the median: below 0 is early.
  public var earliness: Float
  /// The part of the beat that departs most from what is usual for this patient.
  public var segment: BeatSegment
  /// The reconstruction error of each part over that of this patient's normal beats.
  public var ratios: SegmentErrors
  /// The nearest reference beat, how like it the beat is (-1...1), and the part of the patient's
  /// recent beats that belong to it.
  public var reference: Int
  public var similarity: Float
  public var share: Float
}
