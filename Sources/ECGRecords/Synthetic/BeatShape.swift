/// The waves of one kind of beat in one lead: Gaussians around the unit circle of the model.
struct BeatShape {
  /// One extremum of the trajectory: its angle, its strength (a_i) and its width (b_i, radians).
  struct Wave {
    var angle: Double
    var strength: Double
    var width: Double

    init(degrees: Double, strength: Double, width: Double) {
      angle = degrees * .pi / 180
      self.strength = strength
      self.width = width
    }
  }

  var waves: [Wave]

  /// Model units to millivolts: the normal R wave of the first lead stands about 1.2 mV high.
  static let millivolts = 27.0

  /// P, Q, R, S, T with the strengths, widths and angles of McSharry et al. 2003, Table I, in the
  /// amended form of the authors' own program.
  static let normalII = BeatShape(waves: [
    Wave(degrees: -70, strength: 1.2, width: 0.25), Wave(degrees: -15, strength: -5, width: 0.1),
    Wave(degrees: 0, strength: 30, width: 0.1), Wave(degrees: 15, strength: -7.5, width: 0.1),
    Wave(degrees: 100, strength: 0.75, width: 0.4),
  ])

  /// A right precordial lead: a small r and a deep S.
  static let normalV1 = BeatShape(waves: [
    Wave(degrees: -70, strength: 0.8, width: 0.2), Wave(degrees: -3, strength: 9, width: 0.08),
    Wave(degrees: 8, strength: -22, width: 0.1), Wave(degrees: 100, strength: 0.45, width: 0.4),
  ])

  /// Premature from a focus low in the atria: an early inverted P wave, the QRS as ever.
  static let prematureII = BeatShape(waves: [
    Wave(degrees: -52, strength: -0.9, width: 0.18), Wave(degrees: -15, strength: -5, width: 0.1),
    Wave(degrees: 0, strength: 30, width: 0.1), Wave(degrees: 15, strength: -7.5, width: 0.1),
    Wave(degrees: 100, strength: 0.6, width: 0.4),
  ])

  static let prematureV1 = BeatShape(waves: [
    Wave(degrees: -52, strength: 0.9, width: 0.16), Wave(degrees: -3, strength: 9, width: 0.08),
    Wave(degrees: 8, strength: -22, width: 0.1), Wave(degrees: 100, strength: 0.35, width: 0.4),
  ])

  /// Ventricular ectopic: no P wave, a QRS of about 150 ms, a T wave against it.
  static let ventricularII = BeatShape(waves: [
    Wave(degrees: -4, strength: 9, width: 0.22), Wave(degrees: 22, strength: 4, width: 0.22),
    Wave(degrees: 46, strength: -2.5, width: 0.26), Wave(degrees: 105, strength: -1.4, width: 0.42),
  ])

  static let ventricularV1 = BeatShape(waves: [
    Wave(degrees: -8, strength: -8, width: 0.22), Wave(degrees: 14, strength: -5, width: 0.2),
    Wave(degrees: 44, strength: 1.5, width: 0.25), Wave(degrees: 105, strength: 1.1, width: 0.42),
  ])

  /// The shapes of one lead for normal, supraventricular and ventricular beats.
  struct Family {
    var name: String
    var normal: BeatShape
    var supraventricular: BeatShape
    var ventricular: BeatShape

    func shape(of kind: AnnotationCode) -> BeatShape {
      switch kind.beatClass {
      case .ventricular: ventricular
      case .supraventricular: supraventricular
      default: normal
      }
    }
  }

  static let leads = [
    Family(
      name: "MLII", normal: normalII, supraventricular: prematureII, ventricular: ventricularII),
    Family(name: "V1", normal: normalV1, supraventricular: prematureV1, ventricular: ventricularV1),
  ]

  /// The same at another heart rate: waves widen and the T wave wanders less than the cycle
  /// shrinks, by the square root of the rate over 60 (as the authors' program has it).
  func adapted(heartRateBpm: Double) -> BeatShape {
    let factor = (heartRateBpm / 60).squareRoot()
    return BeatShape(
      waves: waves.map { wave in
        var scaled = wave
        scaled.width *= factor
        // P and T lie far from the QRS and move with the root of the factor, Q and S with it.
        let isFar = wave.angle.magnitude > .pi / 4
        scaled.angle *= isFar ? factor.squareRoot() : factor
        return scaled
      })
  }
}
