import Glibc

/// One beat's place in time, and when the next one came.
public struct BeatInterval: Hashable, Sendable {
  /// The index of the beat's fiducial at the model's rate.
  public let fiducial: Int64
  /// Samples until the next beat, at most `BeatQueue.longestWait`.
  public let untilNext: Int

  public init(fiducial: Int64, untilNext: Int) {
    precondition(untilNext >= 0)
    self.fiducial = fiducial
    self.untilNext = untilNext
  }
}

/// The timing of a beat against those before it. Logarithms of ratios; 0 is on time.
struct BeatTiming: Sendable {
  /// The interval before the beat against the median of the last ten.
  var before: Float = 0
  /// The interval after it against that median.
  var after: Float = 0
  /// `before` of the beat before.
  var previousBefore: Float = 0
  /// The interval before the beat against the one before that.
  var change: Float = 0
  /// The median of |`before`| of the last 24 beats: large in atrial fibrillation.
  var irregularity: Float = 0
  /// The median interval in samples.
  var medianInterval: Float = 100
}

/// The recent RR intervals of one patient.
struct BeatRhythm: Sendable {
  static let intervalCount = 10
  static let deviationCount = 24

  private var intervals = RecentMedian(capacity: intervalCount)
  private var deviations = RecentMedian(capacity: deviationCount)
  private var lastFiducial: Int64?
  private var lastInterval: Float = 0
  private var lastBefore: Float = 0

  /// Forgets everything.
  mutating func reset() {
    breakOff()
    intervals.reset()
    deviations.reset()
  }

  /// The next beat begins a new stretch: no interval leads to it.
  mutating func breakOff() {
    lastFiducial = nil
    lastInterval = 0
    lastBefore = 0
  }

  /// The next beat's timing.
  mutating func process(_ beat: BeatInterval) -> BeatTiming {
    var timing = BeatTiming()
    let interval: Float
    if let lastFiducial {
      precondition(beat.fiducial > lastFiducial)
      interval = Float(min(beat.fiducial - lastFiducial, Int64(BeatQueue.longestWait)))
    } else {
      interval = intervals.count > 0 ? intervals.median : Float(max(beat.untilNext, 1))
    }
    timing.medianInterval = intervals.count >= 3 ? intervals.median : interval
    timing.before = Self.ratio(interval, timing.medianInterval)
    timing.after = Self.ratio(Float(max(beat.untilNext, 1)), timing.medianInterval)
    timing.previousBefore = lastBefore
    timing.change = lastInterval > 0 ? Self.ratio(interval, lastInterval) : 0
    timing.irregularity = deviations.count >= 4 ? deviations.median : 0.03
    if lastFiducial != nil {
      intervals.append(interval)
      deviations.append(abs(timing.before))
    }
    lastFiducial = beat.fiducial
    lastInterval = interval
    lastBefore = timing.before
    return timing
  }

  private static func ratio(_ a: Float, _ b: Float) -> Float { logf(min(max(a / b, 0.2), 4)) }
}

/// The median of the last few numbers.
struct RecentMedian: Sendable {
  /// In order of arrival, and in order of size.
  private var ring: [Float]
  private var sorted: [Float]
  private var next = 0
  private(set) var count = 0

  init(capacity: Int) {
    precondition(capacity > 0)
    ring = [Float](repeating: 0, count: capacity)
    // Not a copy of the other, which would allocate at the first write.
    sorted = [Float](repeating: 0, count: capacity)
  }

  mutating func reset() {
    next = 0
    count = 0
  }

  mutating func append(_ number: Float) {
    if count == ring.count { remove(ring[next]) }
    ring[next] = number
    next = (next + 1) % ring.count
    var i = count
    while i > 0 && sorted[i - 1] > number {
      sorted[i] = sorted[i - 1]
      i -= 1
    }
    sorted[i] = number
    count += 1
  }

  private mutating func remove(_ number: Float) {
    var i = 0
    while sorted[i] != number { i += 1 }
    while i + 1 < count {
      sorted[i] = sorted[i + 1]
      i += 1
    }
    count -= 1
  }

  var median: Float {
    precondition(count > 0)
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }
}
