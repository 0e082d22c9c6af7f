import ECGModel

/// A beat beside the reference beat that it was compared with, for whoever is told of it: as the
/// network saw them, over the reference's amplitude, its largest QRS deflection upward, at the
/// model's rate. A value without allocation, in thousandths of that amplitude.
public struct BeatCurves: Sendable {
  public static let unitsPerAmplitude: Float = 1000

  /// [BeatExcerpt.windowCount]
  public private(set) var beat = InlineArray<96, Int16>(repeating: 0)
  public private(set) var reference = InlineArray<96, Int16>(repeating: 0)

  init(beat window: [Float], reference shape: [Float]) {
    precondition(window.count == BeatExcerpt.windowCount)
    precondition(shape.count == BeatExcerpt.windowCount)
    for i in 0..<BeatExcerpt.windowCount {
      beat[i] = Self.units(window[i])
      reference[i] = Self.units(shape[i])
    }
  }

  /// An artefact may be many times as high as the beats.
  private static func units(_ value: Float) -> Int16 {
    Int16(min(max((value * unitsPerAmplitude).rounded(), -32_767), 32_767))
  }
}
