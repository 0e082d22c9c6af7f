import Foundation

/// A plain ECG for tests: a P wave, a QRS complex and a T wave as bells, at known places.
struct SyntheticBeats {
  var rateHz: Double
  var amplitude = 1.0
  /// The times of the R peaks, in seconds.
  var times: [Double]

  init(rateHz: Double, count: Int, interval: Double = 0.8, amplitude: Double = 1) {
    self.rateHz = rateHz
    self.amplitude = amplitude
    // Not quite regular.
    times = (0..<count).map { 0.5 + interval * Double($0) + 0.03 * sin(Double($0)) }
  }

  func samples(seconds: Double) -> [Float] {
    var x = [Double](repeating: 0, count: Int(seconds * rateHz))
    let waves: [(Double, Double, Double)] = [
      (-0.16, 0.12, 0.025), (-0.025, -0.15, 0.010), (0, 1, 0.011), (0.028, -0.25, 0.010),
      (0.26, 0.3, 0.05),
    ]
    for time in times {
      for (offset, height, width) in waves {
        let centre = time + offset
        let first = max(0, Int((centre - 5 * width) * rateHz))
        let last = min(x.count - 1, Int((centre + 5 * width) * rateHz))
        guard first <= last else { continue }
        for i in first...last {
          let d = (Double(i) / rateHz - centre) / width
          x[i] += amplitude * height * exp(-d * d / 2)
        }
      }
    }
    return x.map { Float($0) }
  }
}

/// Bell-shaped noise of standard deviation 1, from a seed (xorshift64*; sum of 12 uniforms).
struct SeededNoise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func uniform() -> Double {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Double((state &* 0x2545_F491_4F6C_DD1D) >> 11) / 9_007_199_254_740_992
  }

  mutating func next() -> Float {
    var sum = -6.0
    for _ in 0..<12 { sum += uniform() }
    return Float(sum)
  }
}
