import Testing

@testable import ECGModel

/// What other patients' beats say of a patient's own normal one.
@Suite struct BaselinePriorTests {
  private func shape(_ beat: PatientBeats) -> [Float] {
    var generator = SystemOfNoise(seed: 5)
    let excerpt = beat.excerpt(&generator)
    let window = excerpt[BeatExcerpt.greatestShift...].prefix(BeatExcerpt.windowCount)
    let mean = window.reduce(0, +) / Float(window.count)
    return window.map { $0 - mean }
  }

  @Test func `a narrow beat with its P wave is normal, a wide discordant one is not`() {
    let narrow = BaselinePrior.logOdds(shape(PatientBeats(qrsWidth: 1.6, noise: 0)), at: 0)
    var beat = PatientBeats.ventricular
    beat.noise = 0
    let wide = BaselinePrior.logOdds(shape(beat), at: 0)
    #expect(narrow < 0)
    #expect(wide > BaselinePrior.limit)
  }

  @Test func `amplitude and polarity of the lead are all the same`() {
    let beat = shape(.ventricular)
    let logOdds = BaselinePrior.logOdds(beat, at: 0)
    for scale in [0.2, -1, 7] as [Float] {
      let other = BaselinePrior.logOdds(beat.map { scale * $0 }, at: 0)
      #expect(abs(other - logOdds) < 1e-3)
    }
  }

  @Test func `a rhythm that is ventricular from the first beat is told from sinus rhythm`() throws {
    var session = PatientSession(learningSeconds: 60)
    #expect(session.model.references.baselineLogOdds == nil)
    repeat {
      session.show(.ventricular, untilNext: 90)
    } while session.model.isLearning
    #expect(try #require(session.model.references.baselineLogOdds) > BaselinePrior.limit)
    #expect(session.model.references.facts()[0].ventricularLikeness > 0.75)
    var sinus = PatientSession(learningSeconds: 60)
    repeat {
      sinus.show(PatientBeats(qrsWidth: 1.6))
    } while sinus.model.isLearning
    #expect(try #require(sinus.model.references.baselineLogOdds) < 0)
  }
}
