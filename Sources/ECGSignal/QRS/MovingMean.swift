import ECGCore

/// The mean of the latest samples. Its running sum is rebuilt once per length, so that rounding
/// errors do not pile up.
struct MovingMean: Sendable {
  private var samples: [Double]
  private let length: Int
  private let scale: Double
  private var place = 0
  private var sum = 0.0
  private var rebuilt = 0.0

  init(length: Int) {
    precondition(length > 0)
    self.length = length
    samples = [Double](repeating: 0, count: length)
    scale = 1 / Double(length)
  }

  @inline(__always)
  mutating func process(_ x: Double) -> Double {
    sum += x - samples[place]
    rebuilt += x
    samples[place] = x
    place += 1
    if place == samples.count {
      place = 0
      sum = rebuilt
      rebuilt = 0
    }
    return sum * scale
  }

  /// Hints that more samples will come.
  func prefetch() { Prefetch.elements(of: samples, 0..<length) }

  mutating func reset() {
    for i in 0..<samples.count { samples[i] = 0 }
    place = 0
    sum = 0
    rebuilt = 0
  }
}

extension MovingMean: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &samples)
    state.field(2, &place, in: 0...(samples.count - 1))
    state.field(3, &sum)
    state.field(4, &rebuilt)
  }
}
