public import ECGCore

/// Evidence for a run of beats of abnormal shape, gathered from beat to beat.
///
/// Page's cumulative sum (Page, "Continuous inspection schemes", Biometrika 41, 1954): each beat
/// adds how far its shape's log-odds lie over the patient's limit, up to a bound; a beat under the
/// limit takes away twice that, and the sum does not fall below 0. Three clearly abnormal beats in
/// a row reach the threshold, as do more of them with one between that looked a little better;
/// couplets and a bigeminy do not.
public struct RunEvidence: Sendable {
  public struct Rule: Sendable, Equatable {
    /// The sum at which there is a run.
    public var threshold: Float = 10.1
    /// What one beat adds at most, and takes away.
    public var most: Float = 5
    public var least: Float = -12
    /// How much more a beat under the limit counts than one over it.
    public var relief: Float = 2
    /// Abnormal beats that it takes at least.
    public var leastBeats = 3
    /// Beats further apart, in samples at 128 Hz, are no run.
    public var longestInterval: Int64 = 205

    public init() {}
  }

  public var rule: Rule
  private var sum: Float = 0
  private var beatCount = 0
  private var lastFiducial: Int64?
  /// The first beat of the present sum, in the caller's own numbers.
  public private(set) var onset: Int64 = 0

  public init(_ rule: Rule = Rule()) { self.rule = rule }

  public mutating func reset() {
    sum = 0
    beatCount = 0
    lastFiducial = nil
  }

  /// Takes a beat: its index at 128 Hz, where its window begins, and how far its shape lies over
  /// the patient's limit in log-odds. True where it belongs to a run.
  public mutating func process(fiducial: Int64, start: Int64, excess: Float) -> Bool {
    if let last = lastFiducial, fiducial - last > rule.longestInterval { sum = 0 }
    lastFiducial = fiducial
    if sum == 0 {
      beatCount = 0
      onset = start
    }
    if excess > 0 { beatCount += 1 }
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
  }
}
