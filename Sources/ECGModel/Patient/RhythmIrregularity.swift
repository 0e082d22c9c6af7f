public import ECGCore
import Glibc

/// Whether the beats of late come without any order, as in atrial fibrillation.
///
/// The coefficient of sample entropy (CoSEn) of the last 48 intervals, with hysteresis: Lake and
/// Moorman, "Accurate estimation of entropy in very short physiological time series: the problem
/// of atrial fibrillation detection in implanted ventricular devices", Am J Physiol Heart Circ
/// Physiol 300 (2011). It asks how surely two intervals that are alike are followed by two that
/// are, too: surely in sinus rhythm, but also in a bigeminy or trigeminy, which mere measures of
/// spread take for fibrillation. Intervals that begin or end with a beat unlike the patient's own
/// (ventricular ectopic beats) are left out, and so are pauses and gaps.
///
/// Decided by sample numbers alone; allocates nothing.
public struct RhythmIrregularity: Sendable {
  /// How many intervals are looked at: what it takes to say anything.
  public static let intervalCount = 48
  /// At least so much entropy for `settlingBeats` in a row turns the state on, less than the
  /// other turns it off. Measured on MIT-BIH records; see Documentation/Decisions/064.
  public static let onsetEntropy: Float = -0.5
  public static let endEntropy: Float = -0.8
  static let settlingBeats = 4
  /// A beat less like the nearest reference beat bounds no interval.
  public static let leastSimilarity: Float = 0.5
  /// A longer interval, in samples, is a pause or a beat that was missed.
  static let longestInterval: Int64 = 255
  /// Intervals so near to each other, in samples, are alike (30 ms); widened by half until
  /// `leastMatches` pairs are.
  private static let tolerance: Float = 3.84
  private static let widestTolerance: Float = 64
  private static let leastMatches = 5

  /// The irregular state.
  public private(set) var isIrregular = false
  /// The entropy of the last 48 intervals; nil before there are so many.
  public private(set) var entropy: Float?
  /// Ring of intervals in samples, and where the beats lay that end them.
  private var intervals = InlineArray<48, Float>(repeating: 0)
  private var ends = InlineArray<48, Int64>(repeating: 0)
  private var ordered = InlineArray<48, Float>(repeating: 0)
  private var count = 0
  private var lastFiducial: Int64?
  private var lastIsLike = false
  private var opposingBeats = 0

  public init() {}

  /// Forgets everything.
  public mutating func reset() {
    self = RhythmIrregularity()
  }

  /// The next beat begins a new stretch: no interval leads to it.
  public mutating func breakOff() { lastFiducial = nil }

  /// Takes a beat: its index at the model's rate, how like the nearest reference beat it is, and
  /// its place in the stream, which comes back in `onset`.
  public mutating func process(fiducial: Int64, similarity: Float, place: Int64) {
    let isLike = similarity > Self.leastSimilarity
    defer {
      lastFiducial = fiducial
      lastIsLike = isLike
    }
    if let last = lastFiducial, isLike, lastIsLike {
      let interval = fiducial - last
      if interval > 0, interval <= Self.longestInterval { append(Float(interval), place) }
    }
    settle()
  }

  /// The place of the oldest beat that spoke for the present state.
  public var onset: Int64 {
    precondition(count > 0)
    return ends[count < Self.intervalCount ? 0 : count % Self.intervalCount]
  }

  private mutating func append(_ interval: Float, _ place: Int64) {
    intervals[count % Self.intervalCount] = interval
    ends[count % Self.intervalCount] = place
    count += 1
    guard count >= Self.intervalCount else { return }
    for i in 0..<Self.intervalCount { ordered[i] = intervals[(count + i) % Self.intervalCount] }
    entropy = coefficient()
  }

  private mutating func settle() {
    guard let entropy else { return }
    let opposes = isIrregular ? entropy < Self.endEntropy : entropy >= Self.onsetEntropy
    opposingBeats = opposes ? opposingBeats + 1 : 0
    guard opposingBeats >= Self.settlingBeats else { return }
    isIrregular.toggle()
    opposingBeats = 0
  }

  /// -ln(A / B) + ln(2 r) - ln(mean): A pairs of two consecutive intervals are alike within r, of
  /// the B pairs of which the first are.
  private func coefficient() -> Float {
    var tolerance = Self.tolerance
    var matches = self.matches(within: tolerance)
    while matches.both < Self.leastMatches, tolerance <= Self.widestTolerance {
      tolerance *= 1.5
      matches = self.matches(within: tolerance)
    }
    var sum: Float = 0
    for i in 0..<Self.intervalCount { sum += ordered[i] }
    let sampleEntropy = -logf(max(Float(matches.both), 0.5) / max(Float(matches.first), 1))
    return sampleEntropy + logf(2 * tolerance) - logf(sum / Float(Self.intervalCount))
  }

  private func matches(within tolerance: Float) -> (first: Int, both: Int) {
    // Intervals are whole numbers below 256: sixteen pairs of one distance are compared at once.
    // A lane sees 90 pairs at most, and counts up to 255.
    var bytes = InlineArray<112, UInt8>(repeating: 0)
    for i in 0..<Self.intervalCount { bytes[i] = UInt8(clamping: Int(ordered[i])) }
    let (span, limit) = (bytes.span, SIMD16<UInt8>(repeating: UInt8(tolerance)))
    var (first, both) = (SIMD16<UInt8>(), SIMD16<UInt8>())
    for distance in 1..<(Self.intervalCount - 1) {
      let pairs = Self.intervalCount - 1 - distance
      var i = 0
      while i < pairs {
        let isPair = Self.lanes .< UInt8(min(16, pairs - i))
        let isFirst = isPair .& Self.areAlike(span, i, i + distance, limit)
        let isSecond = Self.areAlike(span, i + 1, i + 1 + distance, limit)
        first.replace(with: first &+ 1, where: isFirst)
        both.replace(with: both &+ 1, where: isFirst .& isSecond)
        i += 16
      }
    }
    return (Self.sum(first), Self.sum(both))
  }

  private static let lanes = SIMD16<UInt8>(
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

  /// Which of sixteen intervals from `i` on are like those from `j` on.
  @inline(__always)
  private static func areAlike(
    _ intervals: Span<UInt8>, _ i: Int, _ j: Int, _ limit: SIMD16<UInt8>
  ) -> SIMDMask<SIMD16<Int8>> {
    precondition(i >= 0 && j + 16 <= intervals.count)
    let bytes = unsafe intervals.bytes
    let a = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: i, as: SIMD16<UInt8>.self)
    let b = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: j, as: SIMD16<UInt8>.self)
    return pointwiseMax(a, b) &- pointwiseMin(a, b) .<= limit
  }

  private static func sum(_ counts: SIMD16<UInt8>) -> Int {
    var sum = 0
    for lane in 0..<16 { sum += Int(counts[lane]) }
    return sum
  }
}

extension RhythmIrregularity: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &isIrregular)
    state.field(2, &entropy)
    state.field(3, &intervals)
    for i in 0..<Self.intervalCount where !(0...Float(Self.longestInterval) ~= intervals[i]) {
      state.refuse(3)
    }
    state.field(4, &ends)
    state.field(5, &count, in: 0...Int.max)
    state.field(6, &lastFiducial)
    state.field(7, &lastIsLike)
    state.field(8, &opposingBeats)
  }
}
