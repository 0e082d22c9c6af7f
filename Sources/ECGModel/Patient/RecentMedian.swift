import ECGCore

/// The median of the last few numbers, and their ranks.
struct RecentMedian: Sendable {
  /// In order of arrival, and in order of size.
  private var ring: [Float]
  private var sorted: [Float]
  private var next = 0
  private(set) var count = 0

  init(capacity: Int) {
    precondition(capacity > 0)
    ring = [Float](repeating: 0, count: capacity)
    // Not a copy of the other, which would allocate at the first write.
    sorted = [Float](repeating: 0, count: capacity)
  }

  mutating func reset() {
    next = 0
    count = 0
  }

  /// Hints that a number will come.
  func prefetch() {
    Prefetch.elements(of: ring, next..<(next + 1))
    Prefetch.elements(of: sorted, 0..<count)
  }

  mutating func append(_ number: Float) {
    if count == ring.count { remove(ring[next]) }
    ring[next] = number
    next = (next + 1) % ring.count
    var i = count
    while i > 0 && sorted[i - 1] > number {
      sorted[i] = sorted[i - 1]
      i -= 1
    }
    sorted[i] = number
    count += 1
  }

  private mutating func remove(_ number: Float) {
    var i = 0
    while sorted[i] != number { i += 1 }
    while i + 1 < count {
      sorted[i] = sorted[i + 1]
      i += 1
    }
    count -= 1
  }

  var median: Float {
    precondition(count > 0)
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  /// The part of the numbers that are less than a limit; a half where there are none.
  func share(below limit: Float) -> Float {
    guard count > 0 else { return 0.5 }
    var less = 0
    while less < count, sorted[less] < limit { less += 1 }
    return Float(less) / Float(count)
  }
}

extension RecentMedian: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &ring)
    state.field(2, &sorted)
    state.field(3, &next, in: 0...(ring.count - 1))
    state.field(4, &count, in: 0...ring.count)
  }
}
