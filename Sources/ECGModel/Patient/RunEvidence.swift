public import ECGCore

/// Evidence for a run of beats of abnormal shape, gathered from beat to beat.
///
/// Page's cumulative sum (Page, "Continuous inspection schemes", Biometrika 41, 1954): each beat
/// adds how far its shape's log-odds lie over the patient's limit, up to a bound; a beat under the
/// limit takes away twice that, and the sum does not fall below 0. Three clearly abnormal beats in
/// a row reach the threshold, as do more of them with one between that looked a little better.
///
/// A run is a run of its own: one of the patient's own beats ends it, as does a second one that
/// looked better, and a beat that comes late, after the pause that follows a couplet, can only
/// begin another.
public struct RunEvidence: Sendable {
  public struct Rule: Sendable, Equatable {
    /// The sum at which there is a run.
    public var threshold: Float = 13
    /// What one beat adds at most, and takes away.
    public var most: Float = 5
    public var least: Float = -12
    /// How much more a beat under the limit counts than one over it.
    public var relief: Float = 2
    /// Abnormal beats that it takes at least.
    public var leastBeats = 3
    /// Beats under the limit, but not like the patient's own, that it may hold.
    public var mostBetter = 1
    /// Beats further apart, in samples at 128 Hz, are no run.
    public var longestInterval: Int64 = 205

    public init() {}
  }

  public var rule: Rule
  private var sum: Float = 0
  private var beatCount = 0
  private var betterCount = 0
  private var lastFiducial: Int64?
  /// The first beat of the present sum, in the caller's own numbers.
  public private(set) var onset: Int64 = 0

  public init(_ rule: Rule = Rule()) { self.rule = rule }

  public mutating func reset() {
    breakOff()
    lastFiducial = nil
  }

  private mutating func breakOff() {
    sum = 0
    beatCount = 0
    betterCount = 0
  }

  /// Takes a beat. True where it belongs to a run.
  ///
  /// - Parameters:
  ///   - fiducial: its index at 128 Hz.
  ///   - start: where its window begins.
  ///   - excess: how far its shape lies over the patient's limit, in log-odds.
  ///   - isOwn: whether it looks like one of the patient's own.
  ///   - isLate: whether it comes clearly later than usual.
  public mutating func process(
    fiducial: Int64, start: Int64, excess: Float, isOwn: Bool = false, isLate: Bool = false
  ) -> Bool {
    let isFar = lastFiducial.map { fiducial - $0 > rule.longestInterval } ?? false
    lastFiducial = fiducial
    if isOwn || isLate || isFar { breakOff() }
    if isOwn { return false }
    if sum == 0 {
      breakOff()
      onset = start
    }
    if excess > 0 { beatCount += 1 } else { betterCount += 1 }
    guard betterCount <= rule.mostBetter else {
      breakOff()
      return false
    }
    let step = excess > 0 ? min(excess, rule.most) : max(rule.relief * excess, rule.least)
    // No more than one beat's worth over the threshold: else a long run would let a lone beat
    // after it pass for another.
    sum = min(max(sum + step, 0), rule.threshold + rule.most)
    return excess > 0 && sum >= rule.threshold && beatCount >= rule.leastBeats
  }
}

extension RunEvidence: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &sum)
    state.field(2, &beatCount)
    state.field(3, &lastFiducial)
    state.field(4, &onset)
    state.field(5, &betterCount)
  }
}
