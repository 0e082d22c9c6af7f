public import ECGCore

/// What an alarm tells operators, from its start to its end: presence, acknowledgement, latching,
/// escalation and keep-alive. It follows an `AlarmCondition`, or anything else that begins and ends.
///
/// Time is counted in samples. Documentation/Alarms.md has the state table; `process` is that
/// table.
public struct AlarmSignal: Sendable {
  /// The settings of a signal, in samples of its stream.
  public struct Rule: Equatable, Sendable {
    /// Whether the alarm stays, after its condition is over, until an operator acknowledges it.
    public var isLatching: Bool
    /// How long an acknowledgement counts.
    public var acknowledgeSamples: Int64
    /// How long an alarm may signal unacknowledged; nil: for ever.
    public var escalateAfterSamples: Int64?
    /// The longest silence about an alarm that is on.
    public var keepAliveSamples: Int64

    public init(
      isLatching: Bool, acknowledgeSamples: Int64, escalateAfterSamples: Int64?,
      keepAliveSamples: Int64
    ) {
      precondition(acknowledgeSamples > 0)
      precondition(escalateAfterSamples ?? 1 > 0)
      precondition(keepAliveSamples > 0)
      self.isLatching = isLatching
      self.acknowledgeSamples = acknowledgeSamples
      self.escalateAfterSamples = escalateAfterSamples
      self.keepAliveSamples = keepAliveSamples
    }
  }

  public enum State: Equatable, Sendable {
    case off
    /// Signals, unacknowledged since then.
    case on(since: SampleNumber)
    case acknowledged(until: SampleNumber)
    /// The condition ended at `cleared`; signals, unacknowledged since `since`.
    case latched(since: SampleNumber, cleared: SampleNumber)
  }

  public enum Input: Equatable, Sendable, CaseIterable {
    /// The condition began, goes on (its own keep-alive), or is over.
    case begin, goOn, end
    /// An operator knows.
    case acknowledge
    /// The stream's alarms are paused, or no longer paused.
    case pause, resume
    /// Time has passed.
    case tick
    /// The stream is gone.
    case close
  }

  /// What operators are told.
  public struct Event: Equatable, Sendable {
    public var phase: AlertPhase
    public var presence: SignalPresence
    public var cause: AlertCause

    public init(phase: AlertPhase, presence: SignalPresence, cause: AlertCause) {
      self.phase = phase
      self.presence = presence
      self.cause = cause
    }
  }

  public private(set) var state = State.off
  /// Whether nobody has acknowledged the alarm for too long.
  public private(set) var isEscalated = false
  /// The first sample that spoke for the alarm; means nothing while the alarm is off.
  public private(set) var onset = SampleNumber(0)
  /// Takes effect at the next input.
  public var rule: Rule
  private var told = SampleNumber(0)

  public init(_ rule: Rule) { self.rule = rule }

  public var isOff: Bool { state == .off }

  /// Where the condition of a latched alarm ended.
  public var cleared: SampleNumber? {
    if case .latched(_, let cleared) = state { cleared } else { nil }
  }

  /// Until when an acknowledgement counts.
  public var acknowledgedUntil: SampleNumber? {
    if case .acknowledged(let until) = state { until } else { nil }
  }

  /// Takes an input, in order of time.
  ///
  /// - Parameters:
  ///   - onset: where a condition that begins began; looked at for `begin` only.
  ///   - isPaused: whether the stream's alarms are paused; nothing escalates then.
  public mutating func process(
    _ input: Input, at now: SampleNumber, onset: SampleNumber? = nil, isPaused: Bool = false
  ) -> Event? {
    switch (state, input) {
    case (.off, .begin):
      self.onset = onset ?? now
      isEscalated = false
      return tell(.on(since: now), .start, .began, at: now)
    case (.off, .goOn), (.off, .end), (.off, .acknowledge), (.off, .pause), (.off, .resume),
      (.off, .tick), (.off, .close):
      return nil

    case (.on, .begin), (.on, .goOn), (.acknowledged, .begin), (.acknowledged, .goOn):
      return tell(state, .continue, .keepAlive, at: now)
    case (.on(let since), .end):
      guard rule.isLatching else { return tell(.off, .end, .cleared, at: now) }
      return tell(.latched(since: since, cleared: now), .continue, .latched, at: now)
    case (.acknowledged, .end):
      return tell(.off, .end, .cleared, at: now)

    case (.latched, .begin), (.latched, .goOn):
      return tell(.on(since: now), .continue, .returned, at: now)
    case (.latched, .end):
      return nil

    case (.on, .acknowledge), (.acknowledged, .acknowledge):
      isEscalated = false
      return tell(
        .acknowledged(until: SampleNumber(now.rawValue + rule.acknowledgeSamples)), .continue,
        .acknowledged, at: now)
    case (.latched, .acknowledge):
      return tell(.off, .end, .acknowledged, at: now)

    case (.on, .pause), (.acknowledged, .pause), (.latched, .pause):
      return tell(state, .continue, .paused, at: now)
    case (.on, .resume):
      return tell(.on(since: now), .continue, .resumed, at: now)
    case (.latched(_, let cleared), .resume):
      return tell(.latched(since: now, cleared: cleared), .continue, .resumed, at: now)
    case (.acknowledged, .resume):
      return tell(state, .continue, .resumed, at: now)

    case (.on(let since), .tick), (.latched(let since, _), .tick):
      if isOverdue(since, at: now), !isPaused {
        isEscalated = true
        return tell(state, .continue, .escalated, at: now)
      }
      return keepAlive(at: now)
    case (.acknowledged(let until), .tick):
      guard now >= until else { return keepAlive(at: now) }
      return tell(.on(since: now), .continue, .acknowledgementExpired, at: now)

    case (.on, .close), (.acknowledged, .close), (.latched, .close):
      return tell(.off, .end, .closed, at: now)
    }
  }

  private func isOverdue(_ since: SampleNumber, at now: SampleNumber) -> Bool {
    guard !isEscalated, let limit = rule.escalateAfterSamples else { return false }
    return now - since >= limit
  }

  private mutating func keepAlive(at now: SampleNumber) -> Event? {
    guard now - told >= rule.keepAliveSamples else { return nil }
    return tell(state, .continue, .keepAlive, at: now)
  }

  private mutating func tell(
    _ next: State, _ phase: AlertPhase, _ cause: AlertCause, at now: SampleNumber
  ) -> Event {
    state = next
    told = now
    return Event(phase: phase, presence: presence, cause: cause)
  }

  private var presence: SignalPresence {
    switch state {
    case .off: .off
    case .on: .on
    case .acknowledged: .acknowledged
    case .latched: .latched
    }
  }
}

extension AlarmSignal: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    var kind: UInt8
    var (moment, cleared) = (SampleNumber(0), SampleNumber(0))
    switch self.state {
    case .off: kind = 0
    case .on(let since): (kind, moment) = (1, since)
    case .acknowledged(let until): (kind, moment) = (2, until)
    case .latched(let since, let end): (kind, moment, cleared) = (3, since, end)
    }
    state.field(1, &kind)
    state.field(2, &moment)
    state.field(3, &cleared)
    state.field(4, &isEscalated)
    state.field(5, &onset)
    state.field(6, &told)
    switch kind {
    case 0: self.state = .off
    case 1: self.state = .on(since: moment)
    case 2: self.state = .acknowledged(until: moment)
    case 3: self.state = .latched(since: moment, cleared: cleared)
    default: state.refuse(1)
    }
  }

  /// Operators were told last at `told` how the alarm stands, and that is what holds; since when it
  /// has stood so is taken from there where this signal stood otherwise.
  ///
  /// - Parameters:
  ///   - acknowledgedUntil: until when an acknowledgement counts, of an alarm that is acknowledged.
  ///   - cleared: where its condition ended, of an alarm that is latched.
  public mutating func agree(
    onset: SampleNumber, told: SampleNumber, acknowledgedUntil: SampleNumber?,
    cleared: SampleNumber?, isEscalated: Bool
  ) {
    switch (state, acknowledgedUntil, cleared) {
    case (_, _, let cleared?):
      if self.cleared == nil { state = .latched(since: told, cleared: cleared) }
    case (_, let until?, nil): state = .acknowledged(until: until)
    case (.on, nil, nil): break
    case (.off, nil, nil), (.acknowledged, nil, nil), (.latched, nil, nil): state = .on(since: told)
    }
    self.isEscalated = isEscalated
    self.onset = onset
    self.told = told
  }
}
