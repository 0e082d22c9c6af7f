import ECGCore

/// How alike an excerpt's windows are to reference beats, over all shifts.
///
/// The measure is 2 x.r / (x.x + r.r) of zero-mean x and r: the correlation, lessened where the
/// amplitudes differ, so that a beat of another lead or gain is not taken for the same. 1 is
/// equality.
struct BeatSimilarity: Sendable {
  static let shiftCount = 2 * BeatExcerpt.greatestShift + 1

  /// [shift] the energy of the window, its mean removed
  private let energies: SIMD16<Float>
  /// The excerpt, and some zeros so that every stretch of 16 can be read. In place: it need not be
  /// fetched from anywhere.
  private var samples = InlineArray<112, Float>(repeating: 0)

  init(_ excerpt: Span<Float>) {
    precondition(excerpt.count == BeatExcerpt.count)
    precondition(samples.count >= BeatExcerpt.windowCount + 15)
    for i in 0..<excerpt.count { samples[i] = excerpt[i] }
    energies = unsafe Self.energies(of: samples.span.bytes)
  }

  /// A lane for each shift.
  private static func energies(of bytes: RawSpan) -> SIMD16<Float> {
    let length = BeatExcerpt.windowCount
    var sum = SIMD16<Float>()
    var squares = SIMD16<Float>()
    for i in 0..<length {
      let values = unsafe bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: 4 * i, as: SIMD16<Float>.self)
      sum += values
      squares += values * values
    }
    return pointwiseMax(squares - sum * sum / Float(length), SIMD16())
  }

  /// The best shift of the excerpt against the zero-mean beat at `offset` of `shapes`.
  func best(
    against shapes: Span<Float>, at offset: Int, energy: Float
  ) -> (similarity: Float, shift: Int) {
    var best: (similarity: Float, shift: Int) = (-2, 0)
    for shift in 0..<Self.shiftCount {
      let product = Self.dot(samples.span, shift, shapes, offset)
      let similarity = 2 * product / (energies[shift] + energy + 1e-9)
      if similarity > best.similarity {
        best = (similarity, shift - BeatExcerpt.greatestShift)
      }
    }
    return best
  }

  /// The product of two stretches of a window's length; always summed in the same order.
  static func dot(_ a: Span<Float>, _ aOffset: Int, _ b: Span<Float>, _ bOffset: Int) -> Float {
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
