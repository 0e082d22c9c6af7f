import ECGCore
import ECGSignal

/// What the QRS detector's beats alone tell of the rhythm, from the first seconds on: the net under
/// the autoencoder. Beats go in as they are found; the questions are asked once a second.
///
/// Indices are at the model's rate. Everything is allocated with the stream.
struct SafetyNet: Sendable {
  /// A beat smaller than this share of the patient's usual one does not count: during asystole the
  /// detector lowers its threshold until it finds P waves and noise.
  static let smallestShare: Float = 0.35
  /// So many beats must be known before one can be called small.
  private static let knownBeats = 8
  private static let beatRow = 4
  private static let peakCount = 32
  private static let beatCount = 32

  private let rate: SampleRate
  /// No beat is found so soon after a start or after the electrode is on again.
  private let settling: Int64
  private var peaks = InlineArray<32, Float>(repeating: 0)
  private var peakTotal = 0
  private var beats = InlineArray<32, Int64>(repeating: 0)
  private var beatTotal = 0
  /// Since when the lead carries a signal.
  private var watchedFrom: Int64 = 0
  /// Whether the electrode lost its hold, and no row of beats was seen since.
  private(set) var isShaken = false

  init(rate: SampleRate) {
    self.rate = rate
    settling = Int64(rate.samples(seconds: 2))
  }

  /// The signal path was started anew; what the patient's beats are like stays known.
  mutating func reset() {
    beatTotal = 0
    watchedFrom = 0
    isShaken = false
  }

  /// Takes a beat; false where it is too small to be one.
  mutating func take(_ beat: Beat) -> Bool {
    let height = abs(beat.peak)
    let isSmall = peakTotal >= Self.knownBeats && isSmall(height)
    peaks[peakTotal % Self.peakCount] = height
    peakTotal += 1
    guard !isSmall else { return false }
    beats[beatTotal % Self.beatCount] = beat.fiducial
    beatTotal += 1
    // A jump of the electrode may itself be taken for a beat.
    if beatTotal >= Self.beatRow { isShaken = false }
    return true
  }

  /// The lead carries no signal up to this index: nothing is known of the time before.
  mutating func interrupt(at index: Int64) {
    watchedFrom = index
    beatTotal = 0
  }

  /// No beat was seen because the electrode lost its hold. Counts once until the next row of beats:
  /// an asystole can be told later for it, but not never.
  mutating func shake(at index: Int64) {
    interrupt(at: index)
    isShaken = true
  }

  /// Since when there was no beat, on a lead that could have shown one.
  var quietSince: Int64 {
    let watched = watchedFrom + settling
    guard beatTotal > 0 else { return watched }
    return max(beats[(beatTotal - 1) % Self.beatCount], watchedFrom)
  }

  /// How long there was no beat before an index up to which every beat is known, in seconds; 0 or
  /// less while the detector settles.
  func quietSeconds(at index: Int64) -> Double { Double(index - quietSince) / rate.hertz }

  /// Beats a minute over the last so many intervals; nil where fewer are known.
  func beatsPerMinute(over intervals: Int) -> Double? {
    precondition(intervals < Self.beatCount)
    guard let first = onset(over: intervals) else { return nil }
    let last = beats[(beatTotal - 1) % Self.beatCount]
    return last > first ? 60 * rate.hertz * Double(intervals) / Double(last - first) : nil
  }

  /// The time between the last two beats, in seconds; nil where it is not known.
  var lastInterval: Double? { beatsPerMinute(over: 1).map { 60 / $0 } }

  /// The first of the beats that those intervals lie between.
  func onset(over intervals: Int) -> Int64? {
    guard beatTotal > intervals else { return nil }
    return beats[(beatTotal - 1 - intervals) % Self.beatCount]
  }

  /// Whether a beat is smaller than its share of the median of the latest ones: whether as many of
  /// them as lie at the median or above are too large for it. Nothing is sorted.
  private func isSmall(_ height: Float) -> Bool {
    let count = min(peakTotal, Self.peakCount)
    var larger = 0
    for i in 0..<count where height < Self.smallestShare * peaks[i] { larger += 1 }
    return larger >= count - count / 2
  }
}

extension SafetyNet: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &peaks)
    state.field(2, &peakTotal, in: 0...Int.max)
    state.field(3, &beats)
    state.field(4, &beatTotal, in: 0...Int.max)
    state.field(5, &watchedFrom)
    state.field(6, &isShaken)
  }
}
