public import ECGCore

/// What one window says about a condition.
public enum Evidence: Sendable, CaseIterable {
  /// At or over the limit.
  case exceeding
  /// Under the limit, but not by the clear margin.
  case near
  /// Under the limit by more than the clear margin.
  case clear
  /// The window could not be judged: it neither starts, prolongs nor ends anything.
  case unusable
}

/// A change of an alarm that operators are told of.
public struct AlarmTransition: Equatable, Sendable {
  public let phase: AlertPhase
  /// The first sample of the first window that spoke for the alarm.
  public let onset: SampleNumber
  /// The last sample of the window that completed the evidence for this transition.
  public let detection: SampleNumber

  public init(phase: AlertPhase, onset: SampleNumber, detection: SampleNumber) {
    self.phase = phase
    self.onset = onset
    self.detection = detection
  }
}

/// One alarm condition of one stream: onset delay, k-of-n persistence, clear margin and
/// keep-alive, all counted in samples.
///
/// Documentation/Alarms.md has the state table; `process` is that table.
public struct AlarmCondition: Sendable {
  /// The settings of a condition, in samples of its stream.
  public struct Rule: Equatable, Sendable {
    public static let maximumWindows = 32

    /// How many of the last `n` usable windows must exceed the limit.
    public var k: Int
    /// At most `Rule.maximumWindows`.
    public var n: Int
    /// How long k-of-n must hold before the alarm starts.
    public var onsetDelaySamples: Int64
    /// How long every window must be clear before the alarm ends.
    public var clearAfterSamples: Int64
    /// How often a lasting alarm is repeated as `continue`.
    public var keepAliveSamples: Int64

    public init(
      k: Int, n: Int, onsetDelaySamples: Int64, clearAfterSamples: Int64, keepAliveSamples: Int64
    ) {
      precondition(k >= 1)
      precondition(n >= k)
      precondition(n <= Self.maximumWindows)
      precondition(onsetDelaySamples >= 0)
      precondition(clearAfterSamples >= 0)
      precondition(keepAliveSamples > 0)
      self.k = k
      self.n = n
      self.onsetDelaySamples = onsetDelaySamples
      self.clearAfterSamples = clearAfterSamples
      self.keepAliveSamples = keepAliveSamples
    }
  }

  /// Where the condition is in its life.
  public enum State: Equatable, Sendable {
    case normal
    /// k-of-n has held since the window that ended at `since`; the onset delay runs.
    case pending(onset: SampleNumber, since: SampleNumber)
    /// The alarm is on; `told` is when operators last heard of it.
    case active(onset: SampleNumber, told: SampleNumber)
    /// The alarm is on, and every window since `since` was clear.
    case clearing(onset: SampleNumber, told: SampleNumber, since: SampleNumber)
  }

  public private(set) var state: State = .normal
  /// Takes effect at the next window; an alarm that is on stays on until it clears.
  public var rule: Rule
  private var persistence = Persistence()

  public init(_ rule: Rule) {
    self.rule = rule
  }

  public var isActive: Bool {
    switch state {
    case .normal, .pending: false
    case .active, .clearing: true
    }
  }

  /// Takes the evidence of the window `[start, end]`, windows in order of their end.
  public mutating func process(
    _ evidence: Evidence, start: SampleNumber, end: SampleNumber
  ) -> AlarmTransition? {
    if evidence == .unusable { return keepAlive(at: end) }
    persistence.append(evidence == .exceeding, start: start, keeping: rule.n)
    let persists = persistence.count >= rule.k

    switch (state, evidence) {
    case (.normal, .exceeding), (.normal, .near), (.normal, .clear):
      guard persists, evidence == .exceeding else { return nil }
      state = .pending(onset: persistence.firstStart, since: end)
      return startIfDue(at: end)

    case (.pending, .exceeding), (.pending, .near), (.pending, .clear):
      guard persists else {
        state = .normal
        return nil
      }
      return startIfDue(at: end)

    case (.active, .exceeding), (.active, .near):
      return keepAlive(at: end)
    case (.active(let onset, let told), .clear):
      state = .clearing(onset: onset, told: told, since: start)
      return endIfDue(at: end) ?? keepAlive(at: end)

    case (.clearing(let onset, let told, _), .exceeding),
      (.clearing(let onset, let told, _), .near):
      state = .active(onset: onset, told: told)
      return keepAlive(at: end)
    case (.clearing, .clear):
      return endIfDue(at: end) ?? keepAlive(at: end)

    case (_, .unusable):
      return nil
    }
  }

  /// Ends an alarm that is on (its stream ends, or its subject is gone) and forgets all evidence.
  public mutating func close(at sample: SampleNumber) -> AlarmTransition? {
    defer {
      state = .normal
      persistence = Persistence()
    }
    switch state {
    case .normal, .pending: return nil
    case .active(let onset, _), .clearing(let onset, _, _):
      return AlarmTransition(phase: .end, onset: onset, detection: sample)
    }
  }

  private mutating func startIfDue(at end: SampleNumber) -> AlarmTransition? {
    guard case .pending(let onset, let since) = state, end - since >= rule.onsetDelaySamples
    else { return nil }
    state = .active(onset: onset, told: end)
    return AlarmTransition(phase: .start, onset: onset, detection: end)
  }

  private mutating func endIfDue(at end: SampleNumber) -> AlarmTransition? {
    guard case .clearing(let onset, _, let since) = state, end - since >= rule.clearAfterSamples
    else { return nil }
    state = .normal
    persistence = Persistence()
    return AlarmTransition(phase: .end, onset: onset, detection: end)
  }

  private mutating func keepAlive(at end: SampleNumber) -> AlarmTransition? {
    switch state {
    case .normal, .pending:
      return nil
    case .active(let onset, let told):
      guard end - told >= rule.keepAliveSamples else { return nil }
      state = .active(onset: onset, told: end)
      return AlarmTransition(phase: .continue, onset: onset, detection: end)
    case .clearing(let onset, let told, let since):
      guard end - told >= rule.keepAliveSamples else { return nil }
      state = .clearing(onset: onset, told: end, since: since)
      return AlarmTransition(phase: .continue, onset: onset, detection: end)
    }
  }
}

extension AlarmCondition: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    var kind: UInt8
    var (onset, since) = (SampleNumber(0), SampleNumber(0))
    var told = SampleNumber(0)
    switch self.state {
    case .normal: kind = 0
    case .pending(let first, let from): (kind, onset, since) = (1, first, from)
    case .active(let first, let last): (kind, onset, told) = (2, first, last)
    case .clearing(let first, let last, let from):
      (kind, onset, told, since) = (3, first, last, from)
    }
    state.field(1, &kind)
    state.field(2, &onset)
    state.field(3, &told)
    state.field(4, &since)
    state.group(5, &persistence)
    switch kind {
    case 0: self.state = .normal
    case 1: self.state = .pending(onset: onset, since: since)
    case 2: self.state = .active(onset: onset, told: told)
    case 3: self.state = .clearing(onset: onset, told: told, since: since)
    default: state.refuse(1)
    }
  }

  /// The alarm is on, by what was told of it: its state of then is not known.
  public mutating func resume(onset: SampleNumber, told: SampleNumber) {
    state = .active(onset: onset, told: told)
    persistence = Persistence()
  }
}
