import Glibc

@testable import ECGModel

/// Beats drawn with a few bumps, for a patient's model: no recording behind them.
struct PatientBeats {
  /// Half-width of the QRS complex, in samples.
  var qrsWidth: Double = 3
  var amplitude: Double = 1
  /// Height of the P wave and of the T wave.
  var pWave: Double = 0.12
  var tWave: Double = 0.25
  /// Distance of the fiducial from where the detector puts it.
  var jitter = 0
  /// Uniform noise, in millivolts either way.
  var noise: Double = 0.01

  static let normal = PatientBeats()
  /// Wide, tall, without a P wave, its T wave discordant.
  static let ventricular = PatientBeats(qrsWidth: 9, amplitude: 1.6, pWave: 0, tWave: -0.5)

  func excerpt(_ generator: inout SystemOfNoise) -> [Float] {
    (0..<BeatExcerpt.count).map { i in
      let t = Double(i - BeatExcerpt.samplesBefore - jitter)
      func bump(_ at: Double, _ width: Double) -> Double {
        exp(-(t - at) * (t - at) / (2 * width * width))
      }
      var value = bump(0, qrsWidth) - 0.3 * bump(2.4 * qrsWidth, qrsWidth)
      value += pWave * bump(-20, 4) + tWave * bump(36, 8)
      return Float(amplitude * value + noise * generator.next())
    }
  }

  /// Between this kind of beat (0) and another (1).
  func mixed(with other: Self, _ part: Double) -> Self {
    func mix(_ path: KeyPath<Self, Double>) -> Double {
      self[keyPath: path] * (1 - part) + other[keyPath: path] * part
    }
    return Self(
      qrsWidth: mix(\.qrsWidth), amplitude: mix(\.amplitude), pWave: mix(\.pWave),
      tWave: mix(\.tWave), jitter: 0, noise: noise)
  }
}

/// Noise that is the same in every run.
struct SystemOfNoise {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

  /// -1...1
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state) >> 11) / Double(1 << 52)
  }
}

/// A patient's model that is shown beats one after the other.
struct PatientSession {
  var model: PatientModel
  var generator = SystemOfNoise(seed: 7)
  var fiducial: Int64 = 1000
  var window = [Float](repeating: 0, count: BeatExcerpt.windowCount)
  var reference = [Float](repeating: 0, count: BeatExcerpt.windowCount)

  init(learningSeconds: Double = 300) {
    model = PatientModel(rule: ScoreRule(learningSeconds: learningSeconds))
  }

  /// Shows a beat that the next one follows after `untilNext` samples.
  @discardableResult
  mutating func show(_ beat: PatientBeats, untilNext: Int = 100) -> PatientModel.PendingBeat? {
    let excerpt = beat.excerpt(&generator)
    return show(excerpt, untilNext: untilNext)
  }

  @discardableResult
  mutating func show(_ excerpt: [Float], untilNext: Int = 100) -> PatientModel.PendingBeat? {
    let beat = fiducial
    fiducial += Int64(untilNext)
    return Self.process(&model, beat, excerpt, &window, &reference)
  }

  private static func process(
    _ model: inout PatientModel, _ fiducial: Int64, _ excerpt: [Float],
    _ window: inout [Float], _ reference: inout [Float]
  ) -> PatientModel.PendingBeat? {
    var windowSpan = window.mutableSpan
    var referenceSpan = reference.mutableSpan
    return model.process(
      beatAt: fiducial, excerpt: excerpt.span, window: &windowSpan, reference: &referenceSpan)
  }

  /// Normal beats until learning ends, `ectopicShare` of the beats premature ventricular ones in
  /// their stead.
  mutating func learn(ectopicShare: Double = 0) {
    var debt = 0.0
    repeat {
      // As many ectopic beats in a row as the share asks for, then a normal one: each comes early,
      // and a pause follows the last.
      debt += ectopicShare / (1 - ectopicShare)
      let ectopics = Int(debt)
      debt -= Double(ectopics)
      show(.normal, untilNext: ectopics > 0 ? 65 : 100)
      for i in 0..<ectopics { show(.ventricular, untilNext: i == ectopics - 1 ? 135 : 65) }
    } while model.isLearning
  }

  /// How like the nearest reference a beat would be.
  func similarity(of beat: PatientBeats) -> Float {
    var copy = self
    return copy.show(beat)!.similarity
  }
}
