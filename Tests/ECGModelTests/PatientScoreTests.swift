import Glibc
import Testing

@testable import ECGModel

@Suite struct PatientScoreTests {
  static let fields: [String: [Double]] = [
    "score.bias": [-2, -4], "score.calibration": [1, 0], "score.limit": [0.5],
    "score.latent": [1, -0.5, 0.25],
    "learning.seconds": [300], "learning.firstPickSeconds": [30],
    "score.term.latent": [2, 0, -3, 3, -1],
    "score.term.prematurity*reference": [-4, -2, -5, 0, 0],
    "score.term.change": [1, 6, 0, 0.5, 0],
  ]

  private func features(_ values: [BeatFeature: Float]) -> BeatFeatures {
    var features = BeatFeatures()
    for (feature, value) in values { features[feature] = value }
    return features
  }

  /// A beat that is a little early and odd.
  private var odd: BeatFeatures {
    features([.latent: 0.5, .prematurity: 0.2, .reference: -1.5, .change: 0.9])
  }

  @Test func `the score is the probability of either class by the weighted, limited terms`() throws
  {
    let rule = try ScoreRule(Self.fields, latentSize: 2)
    let score = rule.score(odd)
    // 2 x 0.5 - 4 x (0.2 x -1.5) + 1 x 0.5 (limited) - 2; -2 x (0.2 x -1.5) + 6 x 0.5 - 4
    let odds = expf(0.7) + expf(-0.4)
    #expect(abs(score.score - odds / (1 + odds)) < 1e-6)
    #expect(score.isFlagged)
    #expect(score.isVentricular)
  }

  @Test func `a calibration scales and shifts the log-odds`() throws {
    var fields = Self.fields
    fields["score.calibration"] = [0.5, -1]
    let score = try ScoreRule(fields, latentSize: 2).score(odd)
    let logOdds = 0.5 * logf(expf(0.7) + expf(-0.4)) - 1
    #expect(abs(score.score - 1 / (1 + expf(-logOdds))) < 1e-6)
    #expect(abs(score.ventricularShape - 0.5 * (2 * 1.5 + 0.6)) < 1e-6)
  }

  @Test func `without its timing a beat that only comes early is a normal one`() throws {
    let rule = try ScoreRule(Self.fields, latentSize: 2)
    let early = rule.score(features([.latent: -1, .change: 0.5]))
    #expect(!early.isVentricular)
    let odds = expf(-4) + expf(-4)
    #expect(abs(early.untimedLogOdds - logf(odds)) < 1e-5)
  }

  @Test func `a term stays within its range`() throws {
    let rule = try ScoreRule(Self.fields, latentSize: 2)
    #expect(
      rule.score(features([.latent: 50])).score == rule.score(features([.latent: 3])).score)
  }

  @Test func `the latent feature is a linear function of the latent`() throws {
    let rule = try ScoreRule(Self.fields, latentSize: 2)
    let latent: [Float] = [2, 4]
    #expect(rule.latentScore(latent.span) == 0.25)
  }

  @Test func `an error stands beside the patient's last errors, a latent beside the last one`() {
    var history = ScoreHistory()
    for i in 0..<ScoreHistory.leastErrorCount {
      var beat = features([.errorP: -3, .latent: Float(i)])
      history.process(&beat)
      #expect(beat[.relativeErrorP] == 0)
      #expect(beat[.previousLatent] == Float(max(0, i - 1)))
    }
    var odd = features([.errorP: -1, .latent: 5])
    history.process(&odd)
    #expect(odd[.relativeErrorP] == 2)
    #expect(odd[.previousLatent] == Float(ScoreHistory.leastErrorCount - 1))
    history.reset()
    history.process(&odd)
    #expect(odd[.relativeErrorP] == 0)
    #expect(odd[.previousLatent] == 5)
  }

  @Test func `the part that adds more to a typical beat's log-odds is the one that speaks`() throws
  {
    let rule = try ScoreRule(Self.fields, latentSize: 2)
    let odd = rule.score(features([.latent: 2]))
    #expect(odd.part == .shape)
    #expect(abs(odd.shape - 2 * 3) < 1e-6)
    #expect(odd.timing == 0)
    let late = rule.score(features([.latent: -1, .change: 0.4]))
    #expect(late.part == .timing)
    // A product of shape and timing counts for both.
    let both = rule.score(features([.latent: -1, .prematurity: 0.5, .reference: -1]))
    #expect(both.isVentricular)
    #expect(abs(both.timing - 1) < 1e-6)
    #expect(abs(both.shape - 1) < 1e-6)
  }

  @Test(arguments: [
    ("score.bias", [] as [Double]), ("score.latent", [1, 2]), ("score.limit", [1.5]),
    ("score.term.latent", [1, 2, 3, 4]), ("score.term.change", [1, 1, 2, 1, 0]),
    ("learning.seconds", [10]), ("score.term.pulse", [1, 1, 0, 1, 0]),
    ("score.term.change*", [1, 1, 0, 1, 0]), ("score.calibration", [0, 1]),
    ("score.term.change*change*change", [1, 1, 0, 1, 0]),
    ("score.biass", [1]),
  ])
  func `a fault in the manifest is named`(key: String, numbers: [Double]) {
    var fields = Self.fields
    fields[key] = numbers
    let error = #expect(throws: ModelError.self) { try ScoreRule(fields, latentSize: 2) }
    #expect("\(error!)".contains("baseline.\(key)"))
  }

  @Test(arguments: [
    "score.bias", "score.calibration", "score.limit", "score.latent", "learning.seconds",
  ])
  func `a key that is missing is named`(key: String) {
    var fields = Self.fields
    fields[key] = nil
    #expect(throws: ModelError.missingFields(["baseline.\(key)"])) {
      try ScoreRule(fields, latentSize: 2)
    }
  }

  @Test func `a beat can be scored after later ones have been shown`() throws {
    let rule = try ScoreRule(Self.fields, latentSize: 2)
    var session = PatientSession()
    session.model = PatientModel(rule: rule)
    session.learn()
    let latent: [Float] = [0.1, 0.2]
    var normal = session.show(.normal)!
    let window = session.window
    var ectopic = session.show(.ventricular)!
    var patient = session.model
    let late = patient.score(
      &ectopic, window: session.window.span, reconstruction: session.reference.span,
      latent: latent.span)
    let early = patient.score(
      &normal, window: window.span, reconstruction: window.span, latent: latent.span)
    #expect(late == patient.rule.score(ectopic.features))
    #expect(early == patient.rule.score(normal.features))
    #expect(ectopic.features[.error] > normal.features[.error])
    #expect(normal.features[.error] == logf(0.005))
  }
}
