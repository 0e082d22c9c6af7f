import ECGAlarm
import ECGCore
import Testing

/// Documentation/Alarms.md's second table, cell by cell and by random walks.
@Suite struct AlarmSignalTests {
  private static func rule(_ isLatching: Bool = false, escalate: Int64? = 120) -> AlarmSignal.Rule {
    .init(
      isLatching: isLatching, acknowledgeSamples: 180, escalateAfterSamples: escalate,
      keepAliveSamples: 60)
  }

  private func at(_ sample: Int64) -> SampleNumber { SampleNumber(sample) }

  @Test func anAlarmThatDoesNotLatchEndsWithItsCondition() {
    var signal = AlarmSignal(Self.rule())
    let start = signal.process(.begin, at: at(100), onset: at(40))
    #expect(start == .init(phase: .start, presence: .on, cause: .began))
    #expect(signal.onset == at(40))
    #expect(
      signal.process(.end, at: at(150)) == .init(phase: .end, presence: .off, cause: .cleared))
    #expect(signal.isOff)
  }

  @Test func aLatchedAlarmWaitsForAnOperator() {
    var signal = AlarmSignal(Self.rule(true))
    _ = signal.process(.begin, at: at(100))
    #expect(
      signal.process(.end, at: at(110))
        == .init(phase: .continue, presence: .latched, cause: .latched))
    #expect(signal.cleared == at(110))
    #expect(signal.process(.tick, at: at(169)) == nil)
    #expect(
      signal.process(.tick, at: at(170))
        == .init(phase: .continue, presence: .latched, cause: .keepAlive))
    #expect(
      signal.process(.begin, at: at(180))
        == .init(phase: .continue, presence: .on, cause: .returned))
    _ = signal.process(.end, at: at(190))
    #expect(
      signal.process(.acknowledge, at: at(200))
        == .init(phase: .end, presence: .off, cause: .acknowledged))
  }

  @Test func anAcknowledgedAlarmNeedsNoSecondOneToEnd() {
    var signal = AlarmSignal(Self.rule(true))
    _ = signal.process(.begin, at: at(0))
    _ = signal.process(.acknowledge, at: at(10))
    #expect(
      signal.process(.end, at: at(20)) == .init(phase: .end, presence: .off, cause: .cleared))
  }

  @Test func anAcknowledgementRunsOutWhereTheConditionHolds() {
    var signal = AlarmSignal(Self.rule())
    _ = signal.process(.begin, at: at(0))
    #expect(
      signal.process(.acknowledge, at: at(10))
        == .init(phase: .continue, presence: .acknowledged, cause: .acknowledged))
    #expect(signal.acknowledgedUntil == at(190))
    #expect(signal.process(.tick, at: at(189))?.cause == .keepAlive)
    #expect(
      signal.process(.tick, at: at(190))
        == .init(phase: .continue, presence: .on, cause: .acknowledgementExpired))
    #expect(signal.acknowledgedUntil == nil)
  }

  @Test func whatNobodyAcknowledgesEscalatesOnce() {
    var signal = AlarmSignal(Self.rule())
    _ = signal.process(.begin, at: at(0))
    #expect(signal.process(.tick, at: at(119))?.cause == .keepAlive)
    #expect(!signal.isEscalated)
    #expect(signal.process(.tick, at: at(120))?.cause == .escalated)
    #expect(signal.isEscalated)
    #expect(signal.process(.tick, at: at(150)) == nil)
    _ = signal.process(.acknowledge, at: at(160))
    #expect(!signal.isEscalated)
  }

  @Test func nothingEscalatesWhilePaused() {
    var signal = AlarmSignal(Self.rule())
    _ = signal.process(.begin, at: at(0))
    #expect(signal.process(.pause, at: at(100), isPaused: true)?.cause == .paused)
    #expect(signal.process(.tick, at: at(130), isPaused: true) == nil)
    #expect(signal.process(.resume, at: at(150))?.cause == .resumed)
    #expect(signal.process(.tick, at: at(220))?.cause == .keepAlive)
    #expect(signal.process(.tick, at: at(270))?.cause == .escalated)
  }

  @Test func anAlarmThatIsOffTellsNothing() {
    for input in AlarmSignal.Input.allCases where input != .begin {
      var signal = AlarmSignal(Self.rule(true))
      #expect(signal.process(input, at: at(5)) == nil)
      #expect(signal.isOff)
    }
  }

  /// Whatever happens, in whatever order.
  @Test(arguments: 0..<40) func randomWalksKeepTheInvariants(_ seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    let isLatching = random.next() % 2 == 0
    let escalate: Int64? = random.next() % 3 == 0 ? nil : 120
    var signal = AlarmSignal(Self.rule(isLatching, escalate: escalate))
    var now: Int64 = 0
    var holds = false  // the condition
    var isOn = false  // as a listener sees it
    var told: Int64 = 0
    var acknowledgedAt: Int64?
    var isPaused = false
    for _ in 0..<4000 {
      now += Int64(random.next() % 40)
      var input = AlarmSignal.Input.allCases[Int(random.next() % 8)]
      // A condition begins, goes on and ends in this order, and time is told often.
      if random.next() % 2 == 0 { input = .tick }
      if input == .begin, holds { input = .goOn }
      if input == .goOn || input == .end, !holds { input = .tick }
      if input == .pause { isPaused = true }
      if input == .resume { isPaused = false }
      let was = signal
      let event = signal.process(input, at: at(now), isPaused: isPaused)
      switch input {
      case .begin: holds = true
      case .end, .close: holds = false
      case .goOn, .acknowledge, .pause, .resume, .tick: break
      }
      // A listener who follows the phases knows exactly what is on.
      switch event?.phase {
      case .start:
        #expect(!isOn && input == .begin)
        isOn = true
      case .continue: #expect(isOn)
      case .end:
        #expect(isOn)
        isOn = false
      case nil: break
      }
      #expect(isOn == !signal.isOff)
      #expect(event == nil || (event!.phase == .end) == (event!.presence == .off))
      // No silent change: another state is another event.
      if was.state != signal.state { #expect(event != nil) }
      // A condition that holds is always told.
      if holds { #expect(!signal.isOff) }
      // Nothing latches that is not set to, and nothing is lost that is.
      if case .latched = signal.state { #expect(isLatching && !holds) }
      if isLatching, case .on = was.state, input == .end { #expect(event?.phase == .continue) }
      // Nothing ends but by its condition, an operator, or with its stream.
      if event?.phase == .end {
        #expect([.end, .close].contains(input) || (input == .acknowledge && !holds))
      }
      // Only an operator acknowledges, and only for so long.
      if case .acknowledged = signal.state {
        if input == .acknowledge { acknowledgedAt = now }
        #expect(acknowledgedAt != nil)
        if input == .tick { #expect(now - acknowledgedAt! < 180) }
      } else {
        acknowledgedAt = nil
      }
      if signal.isEscalated {
        #expect(escalate != nil)
        if !was.isEscalated { #expect(!isPaused && input == .tick && event?.cause == .escalated) }
      }
      // No longer silence about an alarm that is on than the keep-alive.
      if event != nil { told = now }
      if isOn, input == .tick { #expect(now - told < 60) }
    }
    let wasOff = signal.isOff
    #expect((signal.process(.close, at: at(now))?.phase == .end) == !wasOff)
    #expect(signal.isOff)
  }
}

private struct SplitMix {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
