import CAllocationCounter
import Testing

@testable import ECGModel

@Suite struct PatientModelTests {
  @Test func `normal beats become the reference, and a ventricular beat is unlike it`() {
    var session = PatientSession()
    session.learn()
    #expect(session.model.references.referenceCount == 1)
    #expect(session.similarity(of: .normal) > 0.98)
    #expect(session.similarity(of: .ventricular) < 0.8)
  }

  @Test(arguments: [0.2, 0.4, 0.5, 0.6])
  func `the normal beat is found among premature ventricular ones`(share: Double) {
    var session = PatientSession()
    session.learn(ectopicShare: share)
    #expect(session.similarity(of: .normal) > 0.95)
    #expect(session.similarity(of: .ventricular) < 0.8)
  }

  @Test func `a bundle branch block that comes and goes is a second normal beat`() {
    var session = PatientSession()
    var block = PatientBeats.normal
    block.qrsWidth = 4.2
    block.tWave = -0.3
    repeat {
      for _ in 0..<10 { session.show(.normal) }
      for _ in 0..<6 { session.show(block) }
    } while session.model.isLearning
    #expect(session.model.references.referenceCount == 2)
    #expect(session.similarity(of: .normal) > 0.95)
    #expect(session.similarity(of: block) > 0.95)
  }

  @Test func `the reference follows a slow change of the normal beat`() {
    var session = PatientSession()
    session.learn()
    var later = PatientBeats.normal
    later.tWave = 0.1
    later.amplitude = 1.15
    for i in 0..<600 { session.show(.normal.mixed(with: later, Double(i) / 600)) }
    #expect(session.similarity(of: later) > 0.99)
  }

  @Test func `no drift is slow enough to make a ventricular beat the reference`() {
    var session = PatientSession()
    session.learn()
    let beats = 6000
    for i in 0..<beats {
      session.show(.normal.mixed(with: .ventricular, Double(i) / Double(beats)))
    }
    for _ in 0..<1000 { session.show(.ventricular) }
    #expect(session.similarity(of: .ventricular) < 0.9)
    #expect(session.similarity(of: .normal) > 0.7)
  }

  @Test func `a steady wide rhythm of many minutes does not become normal`() {
    var session = PatientSession()
    session.learn()
    for _ in 0..<2000 { session.show(.ventricular, untilNext: 80) }
    #expect(session.similarity(of: .ventricular) < 0.8)
  }

  @Test func `a bigeminy of an hour does not become normal`() {
    var session = PatientSession()
    session.learn()
    for _ in 0..<2500 {
      session.show(.normal, untilNext: 65)
      session.show(.ventricular, untilNext: 135)
    }
    #expect(session.similarity(of: .ventricular) < 0.8)
    #expect(session.similarity(of: .normal) > 0.95)
  }

  @Test func `after a change of gain or electrodes the beats are learnt again`() {
    var session = PatientSession()
    session.learn()
    var moved = PatientBeats.normal
    moved.amplitude = -2.5
    #expect(session.similarity(of: moved) < 0.5)
    for _ in 0..<600 { session.show(moved) }
    #expect(session.similarity(of: moved) > 0.98)
  }

  @Test func `windows are aligned, upright and of unit height, whatever the lead`() {
    for sign in [1.0, -1.0] {
      var session = PatientSession()
      var beat = PatientBeats.normal
      beat.amplitude = 0.4 * sign
      beat.noise = 0
      repeat { session.show(beat) } while session.model.isLearning
      var shifted = beat
      shifted.jitter = 4
      let pending = session.show(shifted)
      #expect(pending?.shift == 4)
      #expect(abs(session.window.max()! - session.window.min()! - 1) < 0.01)
      let peak = session.window.indices.max { session.window[$0] < session.window[$1] }
      #expect(peak == BeatExcerpt.before)
      for (a, b) in zip(session.window, session.reference) { #expect(abs(a - b) < 0.01) }
    }
  }

  @Test func `nothing is scored before the first pick, and learning ends when it was told to`() {
    var session = PatientSession(learningSeconds: 60)
    let start = session.fiducial
    while session.show(.normal) == nil {}
    let first = Double(session.fiducial - start) / BeatExcerpt.sampleRateHz
    #expect((30...33).contains(first))
    repeat { session.show(.normal) } while session.model.isLearning
    let end = Double(session.fiducial - start) / BeatExcerpt.sampleRateHz
    #expect((60...63).contains(end))
  }

  @Test func `after a reset nothing is left of the patient before`() {
    var used = PatientSession()
    used.learn(ectopicShare: 0.3)
    used.model.reset()
    var fresh = PatientSession()
    used.generator = fresh.generator
    used.fiducial = fresh.fiducial
    for _ in 0..<500 {
      let a = used.show(.normal)
      let b = fresh.show(.normal)
      #expect(a?.similarity == b?.similarity)
    }
    #expect(used.window == fresh.window)
    #expect(used.reference == fresh.reference)
  }

  @Test func `a patient costs no allocation after the first beats`() {
    var session = PatientSession(learningSeconds: 60)
    var generator = SystemOfNoise(seed: 3)
    let normal = (0..<50).map { _ in PatientBeats.normal.excerpt(&generator) }
    let ectopic = (0..<50).map { _ in PatientBeats.ventricular.excerpt(&generator) }
    let noise = (0..<50).map { _ in (0..<BeatExcerpt.count).map { _ in Float(generator.next()) } }
    // The runtime allocates for itself when code runs for the first time.
    for i in 0..<50 { session.show(i.isMultiple(of: 5) ? ectopic[i] : normal[i]) }
    session.model.reset()
    let before = allocation_count()
    for round in 0..<40 {
      for i in 0..<50 {
        let excerpt = (i + round) % 7 == 0 ? ectopic : (i + round) % 11 == 0 ? noise : normal
        session.show(excerpt[i], untilNext: 90 + i % 5)
      }
    }
    let after = allocation_count()
    #expect(after == before)
    #expect(!session.model.isLearning)
  }
}
