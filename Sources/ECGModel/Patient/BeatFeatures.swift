import Glibc

/// All features of one beat.
public struct BeatFeatures: Sendable {
  private static let floor: Float = 0.005

  /// [BeatFeature.rawValue]
  private var values = InlineArray<25, Float>(repeating: 0)

  public subscript(feature: BeatFeature) -> Float {
    get { values[feature.rawValue] }
    set { values[feature.rawValue] = newValue }
  }

  init() {}

  /// Takes the timing's features.
  mutating func take(_ timing: BeatTiming) {
    self[.before] = timing.before
    self[.previousBefore] = timing.previousBefore
    self[.change] = timing.change
    self[.prematurity] = max(0, -timing.before - BeatCluster.intervalTolerance)
    self[.earliness] = max(0, -timing.beforeUsual - BeatCluster.intervalTolerance)
    self[.relativeEarliness] =
      min(max(0, -timing.beforeUsual / (timing.irregularity + 0.02)), 8)
    self[.relativePrematurity] =
      min(max(0, -timing.before / (timing.irregularity + 0.02)), 8)
    self[.unforeseenPrematurity] =
      min(max(0, -timing.before / (2 * timing.unpredictability + 0.02)), 8)
    self[.rank] = timing.rank
    self[.irregularity] = logf(timing.irregularity + 0.01)
    self[.interval] = logf(timing.medianInterval / Float(BeatExcerpt.sampleRateHz))
  }

  /// Takes what a window shows beside its reference.
  mutating func take(window: Span<Float>, reference: Span<Float>) {
    self[.reference] = Self.distance(window, reference, 0..<BeatExcerpt.windowCount)
    self[.referenceP] = Self.distance(window, reference, BeatExcerpt.atrial)
    self[.referenceQRS] = Self.distance(window, reference, BeatExcerpt.ventricular)
    self[.referenceT] = Self.distance(window, reference, BeatExcerpt.repolarisation)
    self[.amplitude] = logf((Self.height(window) + 0.05) / (Self.height(reference) + 0.05))
    self[.width] = logf(Self.width(window) / Self.width(reference))
    self[.roughness] = Self.roughness(window)
  }

  /// Takes what the network made of the window.
  mutating func take(window: Span<Float>, reconstruction: Span<Float>, latentScore: Float) {
    self[.error] = Self.distance(window, reconstruction, 0..<BeatExcerpt.windowCount)
    self[.errorP] = Self.distance(window, reconstruction, BeatExcerpt.atrial)
    self[.errorQRS] = Self.distance(window, reconstruction, BeatExcerpt.ventricular)
    self[.errorT] = Self.distance(window, reconstruction, BeatExcerpt.repolarisation)
    self[.latent] = latentScore
  }

  private static func distance(
    _ a: Span<Float>, _ b: Span<Float>, _ range: Range<Int>
  ) -> Float {
    var sum: Float = 0
    for i in range { sum += abs(a[i] - b[i]) }
    return logf(sum / Float(range.count) + floor)
  }

  private static func height(_ window: Span<Float>) -> Float {
    var lowest = window[0]
    var highest = lowest
    for i in 0..<window.count {
      lowest = min(lowest, window[i])
      highest = max(highest, window[i])
    }
    return highest - lowest
  }

  /// As `BeatCluster.width`.
  private static func width(_ window: Span<Float>) -> Float {
    var sum: Float = 0
    var steepest: Float = 0
    for i in (BeatExcerpt.before - 14)..<(BeatExcerpt.before + 18) {
      let slope = abs(window[i + 1] - window[i - 1])
      sum += slope
      steepest = max(steepest, slope)
    }
    return (sum + 1e-6) / (steepest + 1e-6)
  }

  private static func roughness(_ window: Span<Float>) -> Float {
    var sum: Float = 0
    var count: Float = 0
    for i in 2..<window.count
    where i < BeatExcerpt.before - 10 || i > BeatExcerpt.before + 14 {
      sum += abs(window[i] - 2 * window[i - 1] + window[i - 2])
      count += 1
    }
    return logf(sum / count + 0.001)
  }
}
