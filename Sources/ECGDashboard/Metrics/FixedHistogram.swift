/// Counts of values by upper bounds that never change, as Prometheus wants them.
struct FixedHistogram: Equatable, Sendable {
  let bounds: [Double]
  private var counts: [UInt64]
  private(set) var sum = 0.0
  private(set) var count: UInt64 = 0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count)
  }

  /// NaN is not counted.
  mutating func add(_ value: Double) {
    guard !value.isNaN else { return }
    count += 1
    sum += value
    if let i = bounds.firstIndex(where: { value <= $0 }) { counts[i] += 1 }
  }

  /// For each bound, and for infinity, how many values are not above it.
  var cumulative: [(bound: Double, count: UInt64)] {
    var total: UInt64 = 0
    var result: [(Double, UInt64)] = []
    for (bound, count) in zip(bounds, counts) {
      total += count
      result.append((bound, total))
    }
    return result + [(.infinity, count)]
  }
}
