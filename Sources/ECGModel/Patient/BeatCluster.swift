import ECGCore
import Glibc

/// What is known of one group of like beats, its mean shape aside.
struct BeatCluster: Sendable {
  /// Beats of late: each counts less by `ReferenceBeats.fading` with every beat that follows.
  var weight: Float = 0
  /// Beats since the group was founded.
  var beatCount = 0
  /// The mean shape's sum of squares.
  var energy: Float = 0
  /// Means of how early its beats came, and of how late the next ones: logarithms of RR ratios
  /// beyond a tolerance.
  var prematurity: Float = 0
  var pause: Float = 0
  /// The steepness-weighted width of the mean QRS complex, in samples.
  var width: Float = 1
  /// Difference between highest and lowest point, and whether the largest deflection of the QRS
  /// complex is downward.
  var amplitude: Float = 1
  var isInverted = false
  /// Whether the patient's beats are compared with it.
  var isReference = false

  static let intervalTolerance: Float = 0.05
  /// The means are over so many beats.
  static let intervalMemory = 60

  /// How much the beats break the rhythm: 0 for a steady one.
  var ectopy: Float { prematurity + 0.5 * pause }

  /// A beat of the group came with that timing.
  mutating func noteBeat(_ timing: BeatTiming) {
    prematurity += gain * (max(0, -timing.before - Self.intervalTolerance) - prematurity)
  }

  /// The beat behind one of the group came with that timing.
  mutating func noteNext(_ timing: BeatTiming) {
    pause += gain * (max(0, timing.before - Self.intervalTolerance) - pause)
  }

  private var gain: Float { 1 / Float(max(1, min(beatCount, Self.intervalMemory))) }

  /// Measures a mean shape anew.
  mutating func measure(_ shapes: [Float], at offset: Int) {
    let length = BeatExcerpt.windowCount
    var lowest = shapes[offset]
    var highest = lowest
    energy = 0
    for i in offset..<(offset + length) {
      lowest = min(lowest, shapes[i])
      highest = max(highest, shapes[i])
      energy += shapes[i] * shapes[i]
    }
    amplitude = max(highest - lowest, 1e-6)
    var peak: Float = 0
    for i in (offset + BeatExcerpt.before - 10)..<(offset + BeatExcerpt.before + 12)
    where abs(shapes[i]) > abs(peak) { peak = shapes[i] }
    isInverted = peak < 0
    width = Self.width(shapes, at: offset)
  }

  /// The sum of the slopes around the fiducial over the steepest one: wide for a slurred QRS
  /// complex whatever its amplitude.
  static func width(_ shape: [Float], at offset: Int) -> Float {
    var sum: Float = 0
    var steepest: Float = 0
    for i in (offset + BeatExcerpt.before - 14)..<(offset + BeatExcerpt.before + 18) {
      let slope = abs(shape[i + 1] - shape[i - 1])
      sum += slope
      steepest = max(steepest, slope)
    }
    return sum / (steepest + 1e-6)
  }
}

extension BeatCluster: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &weight)
    state.field(2, &beatCount)
    state.field(3, &energy)
    state.field(4, &prematurity)
    state.field(5, &pause)
    state.field(6, &width)
    state.field(7, &amplitude)
    state.field(8, &isInverted)
    state.field(9, &isReference)
  }
}
