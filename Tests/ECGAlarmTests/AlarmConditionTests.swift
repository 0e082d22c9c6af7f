import ECGAlarm
import ECGCore
import Testing

/// Feeds windows of 100 samples, one after another, and keeps what the condition says.
private struct Bench {
  var condition: AlarmCondition
  var at: Int64 = 0

  init(k: Int = 2, n: Int = 3, onset: Int64 = 0, clear: Int64 = 300, keepAlive: Int64 = 1_000_000) {
    condition = AlarmCondition(
      .init(
        k: k, n: n, onsetDelaySamples: onset, clearAfterSamples: clear, keepAliveSamples: keepAlive)
    )
  }

  mutating func feed(_ evidence: Evidence...) -> [AlarmTransition] {
    evidence.compactMap {
      defer { at += 100 }
      return condition.process($0, start: SampleNumber(at), end: SampleNumber(at + 99))
    }
  }
}

@Suite struct AlarmConditionTests {
  @Test func fewerThanKOfNWindowsStartNothing() {
    var bench = Bench()
    #expect(bench.feed(.exceeding, .clear, .clear, .exceeding, .near, .clear, .exceeding).isEmpty)
    #expect(bench.condition.state == .normal)
  }

  @Test func kOfNStartsAtTheFirstExceedingWindow() {
    var bench = Bench()
    #expect(
      bench.feed(.clear, .exceeding, .clear, .exceeding) == [
        AlarmTransition(phase: .start, onset: SampleNumber(100), detection: SampleNumber(399))
      ])
  }

  @Test func theOnsetDelayHoldsTheStartBack() {
    var bench = Bench(k: 1, n: 1, onset: 200)
    #expect(bench.feed(.exceeding, .exceeding).isEmpty)
    #expect(bench.feed(.exceeding).map(\.phase) == [.start])
  }

  @Test func evidenceThatFadesWithinTheOnsetDelayStartsNothing() {
    var bench = Bench(k: 1, n: 1, onset: 200)
    #expect(bench.feed(.exceeding, .exceeding, .clear, .exceeding, .exceeding).isEmpty)
  }

  @Test func nearWindowsKeepAnAlarmAndClearOnesEndIt() {
    var bench = Bench(k: 1, n: 1)
    _ = bench.feed(.exceeding)
    #expect(bench.feed(.near, .near, .near, .near, .clear, .clear, .near).isEmpty)
    #expect(bench.feed(.clear, .clear, .clear).isEmpty)
    let end = bench.feed(.clear)
    #expect(end.map(\.phase) == [.end])
    #expect(end.first?.onset == SampleNumber(0))
  }

  @Test func unusableWindowsNeitherStartNorEndAnything() {
    var bench = Bench(k: 2, n: 3)
    #expect(bench.feed(.exceeding, .unusable, .unusable, .unusable).isEmpty)
    #expect(bench.feed(.exceeding).map(\.phase) == [.start])
    #expect(bench.feed(.clear, .unusable, .unusable).isEmpty)
    #expect(bench.condition.isActive)
  }

  @Test func aLastingAlarmIsRepeatedWhenTheKeepAliveIsDue() {
    var bench = Bench(k: 1, n: 1, keepAlive: 250)
    let heard = bench.feed(
      .exceeding, .exceeding, .exceeding, .exceeding, .near, .unusable, .exceeding)
    #expect(heard.map(\.phase) == [.start, .continue, .continue])
    #expect(heard.allSatisfy { $0.onset == SampleNumber(0) })
  }

  @Test func closingEndsAnActiveAlarmOnceAndForgetsItsEvidence() {
    var bench = Bench()
    _ = bench.feed(.exceeding, .exceeding)
    #expect(bench.condition.close(at: SampleNumber(777))?.phase == .end)
    #expect(bench.condition.close(at: SampleNumber(778)) == nil)
    #expect(bench.feed(.exceeding).isEmpty)
  }

  /// Walks random rules and random evidence: starts and ends alternate, onsets never come after
  /// detections, continue comes only between start and end, and nothing starts without k
  /// exceeding windows.
  @Test(arguments: 0..<200) func everyStartHasOneEnd(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    let n = Int(random.next() % 32) + 1
    let k = Int(random.next() % UInt64(n)) + 1
    var bench = Bench(
      k: k, n: n, onset: Int64(random.next() % 500), clear: Int64(random.next() % 900),
      keepAlive: Int64(random.next() % 2000) + 1)
    var on = false
    var exceeding = 0
    for _ in 0..<2000 {
      let evidence = Evidence.allCases[Int(random.next() % 4)]
      if evidence == .exceeding { exceeding += 1 }
      for transition in bench.feed(evidence) {
        #expect(transition.onset <= transition.detection)
        switch transition.phase {
        case .start:
          #expect(!on)
          #expect(exceeding >= k)
          on = true
        case .continue:
          #expect(on)
        case .end:
          #expect(on)
          on = false
          exceeding = 0
        }
        #expect(on == bench.condition.isActive)
      }
    }
    #expect((bench.condition.close(at: SampleNumber(bench.at)) != nil) == on)
  }
}

/// The generator of Steele, Lea and Flood (OOPSLA 2014): seeded, so that a failure replays.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
