import ECGCore
import Glibc

/// The timing of a beat against those before it. Logarithms of ratios; 0 is on time.
struct BeatTiming: Sendable {
  /// The interval before the beat against the median of the last ten.
  var before: Float = 0
  /// The interval before the beat against the median of the last 120.
  var beforeUsual: Float = 0
  /// `before` of the beat before.
  var previousBefore: Float = 0
  /// The interval before the beat against the one before that.
  var change: Float = 0
  /// The median of |`before`| of the last 24 beats: large in atrial fibrillation.
  var irregularity: Float = 0
  /// The median of how far intervals were from the nearest of the four before them: large in
  /// atrial fibrillation, small in a bigeminy or trigeminy.
  var unpredictability: Float = 0
  /// The part of the last 30 intervals that were shorter.
  var rank: Float = 0
  /// The median interval in samples.
  var medianInterval: Float = 100
}

/// The recent RR intervals of one patient.
struct BeatRhythm: Sendable {
  static let intervalCount = 10
  static let deviationCount = 24
  static let lagCount = 4
  static let rankedCount = 30
  static let usualCount = 120
  /// Two seconds: a longer interval counts as this long.
  private static let longestInterval: Int64 = 256
  /// Before the first interval is known, in samples.
  private static let usualInterval: Float = 100
  /// Before the first deviations are known.
  private static let usualDeviation: Float = 0.03
  /// Intervals this near to each other, in their logarithms, count as equal.
  private static let equality: Float = 0.02

  private var intervals = RecentMedian(capacity: intervalCount)
  private var deviations = RecentMedian(capacity: deviationCount)
  private var surprises = RecentMedian(capacity: deviationCount)
  private var ranked = RecentMedian(capacity: rankedCount)
  private var usual = RecentMedian(capacity: usualCount)
  /// The logarithms of the last intervals.
  private var recent = InlineArray<4, Float>(repeating: 0)
  private var recentCount = 0
  private var lastFiducial: Int64?
  private var lastInterval: Float = 0
  private var lastBefore: Float = 0

  /// Forgets everything.
  mutating func reset() {
    breakOff()
    intervals.reset()
    deviations.reset()
    surprises.reset()
    ranked.reset()
    usual.reset()
    recentCount = 0
  }

  /// Hints that a beat will come.
  func prefetch() {
    intervals.prefetch()
    deviations.prefetch()
    surprises.prefetch()
    ranked.prefetch()
    usual.prefetch()
  }

  /// The next beat begins a new stretch: no interval leads to it.
  mutating func breakOff() {
    lastFiducial = nil
    lastInterval = 0
    lastBefore = 0
  }

  /// The next beat's timing.
  mutating func process(beatAt fiducial: Int64) -> BeatTiming {
    var timing = BeatTiming()
    let interval: Float
    if let lastFiducial {
      precondition(fiducial > lastFiducial)
      interval = Float(min(fiducial - lastFiducial, Self.longestInterval))
    } else {
      interval = intervals.count > 0 ? intervals.median : Self.usualInterval
    }
    timing.medianInterval = intervals.count >= 3 ? intervals.median : interval
    timing.before = Self.ratio(interval, timing.medianInterval)
    timing.beforeUsual = usual.count >= 3 ? Self.ratio(interval, usual.median) : timing.before
    timing.previousBefore = lastBefore
    timing.change = lastInterval > 0 ? Self.ratio(interval, lastInterval) : 0
    timing.irregularity = deviations.count >= 4 ? deviations.median : Self.usualDeviation
    timing.unpredictability = surprises.count >= 4 ? surprises.median : Self.usualDeviation
    timing.rank = ranked.share(below: logf(interval) + Self.equality)
    if lastFiducial != nil { remember(interval, timing) }
    lastFiducial = fiducial
    lastInterval = interval
    lastBefore = timing.before
    return timing
  }

  private mutating func remember(_ interval: Float, _ timing: BeatTiming) {
    intervals.append(interval)
    usual.append(interval)
    deviations.append(abs(timing.before))
    let logarithm = logf(interval)
    if recentCount >= Self.lagCount {
      var nearest = Float.infinity
      for i in 0..<Self.lagCount { nearest = min(nearest, abs(logarithm - recent[i])) }
      surprises.append(nearest)
    }
    ranked.append(logarithm)
    recent[recentCount % Self.lagCount] = logarithm
    recentCount += 1
  }

  private static func ratio(_ a: Float, _ b: Float) -> Float { logf(min(max(a / b, 0.2), 4)) }
}

extension BeatRhythm: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.group(1, &intervals)
    state.group(2, &deviations)
    state.group(3, &surprises)
    state.group(4, &ranked)
    state.group(5, &usual)
    state.field(6, &recent)
    state.field(7, &recentCount, in: 0...Int.max)
    state.field(8, &lastFiducial)
    state.field(9, &lastInterval)
    state.field(10, &lastBefore)
  }
}
