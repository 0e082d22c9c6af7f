/// How alike an excerpt's windows are to reference beats, over all shifts.
///
/// The measure is 2 x.r / (x.x + r.r) of zero-mean x and r: the correlation, lessened where the
/// amplitudes differ, so that a beat of another lead or gain is not taken for the same. 1 is
/// equality.
struct BeatSimilarity: Sendable {
  static let shiftCount = 2 * BeatExcerpt.greatestShift + 1

  /// [shift] the energy of the window, its mean removed
  private var energies = [Float](repeating: 0, count: shiftCount)
  private var samples = [Float](repeating: 0, count: BeatExcerpt.count)

  /// Takes an excerpt.
  mutating func load(_ excerpt: Span<Float>) {
    precondition(excerpt.count == BeatExcerpt.count)
    let length = BeatExcerpt.windowCount
    for i in 0..<excerpt.count { samples[i] = excerpt[i] }
    for shift in 0..<Self.shiftCount {
      var sum: Float = 0
      var squares: Float = 0
      for i in shift..<(shift + length) {
        sum += samples[i]
        squares += samples[i] * samples[i]
      }
      energies[shift] = max(0, squares - sum * sum / Float(length))
    }
  }

  /// The best shift of the excerpt against the zero-mean beat at `offset` of `shapes`.
  func best(
    against shapes: [Float], at offset: Int, energy: Float
  ) -> (similarity: Float, shift: Int) {
    var best: (similarity: Float, shift: Int) = (-2, 0)
    for shift in 0..<Self.shiftCount {
      let product = Self.dot(samples, shift, shapes, offset)
      let similarity = 2 * product / (energies[shift] + energy + 1e-9)
      if similarity > best.similarity {
        best = (similarity, shift - BeatExcerpt.greatestShift)
      }
    }
    return best
  }

  /// The product of two stretches of a window's length; always summed in the same order.
  static func dot(_ a: [Float], _ aOffset: Int, _ b: [Float], _ bOffset: Int) -> Float {
    let (a, b) = (a.span, b.span)
    precondition(aOffset >= 0 && aOffset + BeatExcerpt.windowCount <= a.count)
    precondition(bOffset >= 0 && bOffset + BeatExcerpt.windowCount <= b.count)
    var sums = SIMD8<Float>()
    for i in stride(from: 0, to: BeatExcerpt.windowCount, by: 8) {
      var x = SIMD8<Float>()
      var y = SIMD8<Float>()
      for lane in 0..<8 {
        x[lane] = unsafe a[unchecked: aOffset + i + lane]
        y[lane] = unsafe b[unchecked: bOffset + i + lane]
      }
      sums += x * y
    }
    return sums.sum()
  }
}
