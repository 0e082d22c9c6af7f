import Testing

@testable import ECGModel

/// When a patient's reference beats settle before the time for it is over.
@Suite struct LearningEvidenceTests {
  private static let most = 300.0
  /// Drawn more sharply than `.normal`, as wide as most patients' QRS complexes.
  private static let narrow = PatientBeats(qrsWidth: 1.6)

  /// A session that may settle after a minute, where the evidence suffices.
  private func session(seed: UInt64 = 7) -> PatientSession {
    var session = PatientSession()
    var rule = ScoreRule(learningSeconds: 60)
    rule.settlingSeconds = Self.most
    session.model = PatientModel(rule: rule)
    session.generator = SystemOfNoise(seed: seed)
    return session
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a plain patient is learnt soon after the first minute`(seed: UInt64) throws {
    var session = session(seed: seed)
    while !session.model.isSettled { session.show(Self.narrow) }
    let seconds = try #require(session.model.settledAfterSeconds)
    #expect((60...90).contains(seconds))
    #expect(!session.model.isLearning)
    #expect(session.model.obstacle == nil)
  }

  @Test(arguments: [0.15, 0.3, 0.6])
  func `whoever has many ectopic beats is looked at for the whole time`(share: Double) throws {
    var session = session()
    for _ in 0..<100 {
      session.show(Self.narrow, untilNext: 65)
      session.show(.ventricular, untilNext: 135)
    }
    guard case .mixedBeats(let found)? = session.model.obstacle else {
      Issue.record("obstacle: \(String(describing: session.model.obstacle))")
      return
    }
    #expect((0.4...0.6).contains(found))
    session = self.session()
    var debt = 0.0
    while !session.model.isSettled {
      debt += share / (1 - share)
      session.show(Self.narrow, untilNext: debt >= 1 ? 65 : 100)
      while debt >= 1 {
        debt -= 1
        session.show(.ventricular, untilNext: debt >= 1 ? 65 : 135)
      }
    }
    #expect(try #require(session.model.settledAfterSeconds) >= Self.most)
  }

  @Test func `a wide rhythm from the first beat on is no evidence of a normal one`() throws {
    var session = session()
    repeat {
      session.show(.ventricular, untilNext: 90)
    } while !session.model.isSettled
    #expect(try #require(session.model.settledAfterSeconds) >= Self.most)
  }

  @Test func `an irregular rhythm takes the whole time`() throws {
    var session = session()
    var generator = SystemOfNoise(seed: 3)
    repeat {
      session.show(Self.narrow, untilNext: 90 + Int(35 * generator.next()))
    } while !session.model.isSettled
    #expect(try #require(session.model.settledAfterSeconds) >= Self.most)
  }

  @Test func `noise delays the end until enough beats without it have come`() throws {
    var session = session()
    var generator = SystemOfNoise(seed: 11)
    // A minute and a half in which every third beat is buried.
    for i in 0..<115 {
      if i.isMultiple(of: 3) {
        session.show((0..<BeatExcerpt.count).map { _ in Float(generator.next()) })
      } else {
        session.show(Self.narrow)
      }
    }
    #expect(!session.model.isSettled)
    while !session.model.isSettled { session.show(Self.narrow) }
    #expect(try #require(session.model.settledAfterSeconds) < Self.most)
    #expect(session.similarity(of: Self.narrow) > 0.95)
  }

  @Test func `what was taken for normal in the first minute gives way while nothing is settled`() {
    var session = session()
    // A minute of a slow wide rhythm, then the patient's own.
    for _ in 0..<80 { session.show(.ventricular, untilNext: 100) }
    #expect(!session.model.isLearning && !session.model.isSettled)
    #expect(session.similarity(of: .ventricular) > 0.95)
    while !session.model.isSettled { session.show(Self.narrow) }
    #expect(session.similarity(of: Self.narrow) > 0.95)
    #expect(session.similarity(of: .ventricular) < 0.8)
  }

  @Test func `a wide rhythm after a plain minute never becomes normal`() {
    var session = session()
    while !session.model.isSettled { session.show(Self.narrow) }
    for _ in 0..<400 { session.show(.ventricular, untilNext: 60) }
    #expect(session.similarity(of: .ventricular) < 0.8)
  }

  @Test func `after a lead change nothing is left of the evidence`() {
    var session = session()
    while !session.model.isSettled { session.show(Self.narrow) }
    session.model.reset()
    #expect(session.model.isLearning)
    #expect(session.model.settledAfterSeconds == nil)
    #expect(session.model.obstacle == .tooSoon)
  }
}
