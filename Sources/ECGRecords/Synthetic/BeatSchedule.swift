/// When each beat of a synthetic ECG comes, and of what kind it is.
struct BeatSchedule {
  struct ScheduledBeat {
    /// The R peak, in seconds.
    var time: Double
    var kind: AnnotationCode
    /// The sinus interval that the beat's waves are stretched to, in seconds.
    var cycle: Double
  }

  private(set) var beats: [ScheduledBeat] = []

  // Coupling intervals as shares of the sinus interval.
  private static let ventricularCoupling = (least: 0.55, span: 0.12)
  private static let supraventricularCoupling = (least: 0.62, span: 0.12)
  private static let runCoupling = (least: 0.45, span: 0.08)
  /// A supraventricular beat resets the sinus node: what follows is hardly a pause.
  private static let resetPause = 1.08
  private static let runPause = 1.3

  /// Beats from before the recording's beginning to after its end, so that its edges have waves.
  init(_ parameters: SyntheticParameters, _ random: inout SeededRandom) {
    let tachogram = Tachogram(parameters, &random)
    var time = -2.0
    var previous = AnnotationCode.normal
    while time < parameters.seconds + 2 {
      let sinus = tachogram.interval(at: time)
      guard time >= parameters.quietStartSeconds, time < parameters.seconds else {
        beats.append(.init(time: time, kind: .normal, cycle: sinus))
        time += sinus
        continue
      }
      // Ectopic beats follow a normal one, so their chance after it is a little higher.
      let draw = previous == .normal ? random.uniform() : 1
      if draw < parameters.ventricularShare / (1 - parameters.ventricularShare) {
        time = ventricularRun(after: time, sinus, parameters, &random)
        previous = .ventricularPremature
      } else if draw > 1 - parameters.supraventricularShare, draw < 1 {
        beats.append(.init(time: time, kind: .normal, cycle: sinus))
        time += sinus * Self.draw(Self.supraventricularCoupling, &random)
        beats.append(.init(time: time, kind: .atrialPremature, cycle: sinus))
        time += sinus * Self.resetPause
        previous = .atrialPremature
      } else {
        beats.append(.init(time: time, kind: .normal, cycle: sinus))
        time += sinus
        previous = .normal
      }
    }
  }

  private static func draw(
    _ range: (least: Double, span: Double), _ random: inout SeededRandom
  ) -> Double {
    range.least + range.span * random.uniform()
  }

  /// Appends the normal beat at `time` and the premature ventricular beats after it; returns when
  /// the next sinus beat comes: after a single one so late that both intervals make two (the
  /// compensatory pause).
  private mutating func ventricularRun(
    after time: Double, _ sinus: Double, _ parameters: SyntheticParameters,
    _ random: inout SeededRandom
  ) -> Double {
    beats.append(.init(time: time, kind: .normal, cycle: sinus))
    var at = time + sinus * Self.draw(Self.ventricularCoupling, &random)
    beats.append(.init(time: at, kind: .ventricularPremature, cycle: sinus))
    guard random.chance(parameters.runContinuation) else { return time + 2 * sinus }
    repeat {
      at += sinus * Self.draw(Self.runCoupling, &random)
      beats.append(.init(time: at, kind: .ventricularPremature, cycle: sinus))
    } while random.chance(parameters.runContinuation)
    return at + sinus * Self.runPause
  }
}
