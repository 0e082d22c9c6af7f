import Testing

@testable import ECGModel

/// What may go wrong while a patient is learnt, and afterwards.
@Suite struct PatientDriftTests {
  /// An hour of beats at 77 a minute.
  private static let hour = 4600

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `an hour's drift into a ventricular beat is told of, and does not become normal`(
    seed: UInt64
  ) {
    var session = PatientSession()
    session.generator = SystemOfNoise(seed: seed)
    session.learn()
    #expect(session.model.references.leastConstancy > 0.98)
    var toldAt: Int?
    for i in 0..<Self.hour {
      session.show(.normal.mixed(with: .ventricular, Double(i) / Double(Self.hour)))
      if toldAt == nil, session.model.references.leastConstancy < 0.85 { toldAt = i }
    }
    // Told of long before the beats have become ventricular ones.
    #expect(toldAt.map { $0 < Self.hour * 3 / 4 } ?? false)
    for _ in 0..<600 { session.show(.ventricular) }
    #expect(session.similarity(of: .ventricular) < 0.9)
    #expect(session.model.references.leastConstancy >= 0.79)
  }

  @Test func `a change that stays small is followed, and not told of`() {
    var session = PatientSession()
    session.learn()
    var later = PatientBeats.normal
    later.tWave = 0.18
    later.amplitude = 1.1
    for i in 0..<Self.hour {
      session.show(.normal.mixed(with: later, Double(i) / Double(Self.hour)))
    }
    #expect(session.model.references.leastConstancy > 0.9)
    #expect(session.similarity(of: later) > 0.98)
  }

  @Test func `noise while learning leaves the normal beat found`() {
    var session = PatientSession(learningSeconds: 120)
    var generator = SystemOfNoise(seed: 11)
    var i = 0
    repeat {
      // Every third beat is buried, every tenth is noise alone.
      var beat = PatientBeats.normal
      beat.noise = i.isMultiple(of: 3) ? 0.35 : 0.02
      if i.isMultiple(of: 10) {
        session.show((0..<BeatExcerpt.count).map { _ in Float(generator.next()) })
      } else {
        session.show(beat)
      }
      i += 1
    } while session.model.isLearning
    #expect(session.similarity(of: .normal) > 0.95)
    #expect(session.similarity(of: .ventricular) < 0.8)
  }

  @Test func `with sixty percent ectopic beats while learning the facts show the normal one`() {
    var session = PatientSession()
    session.learn(ectopicShare: 0.6)
    let facts = session.model.references.facts()
    #expect(facts.count == 1)
    #expect((0.3...0.5).contains(facts[0].share))
    var normal = PatientSession()
    normal.learn()
    #expect(abs(facts[0].widthMs / normal.model.references.facts()[0].widthMs - 1) < 0.1)
  }
}
