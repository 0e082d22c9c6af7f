import ECGCore

/// The mean of the latest eight RR intervals, in samples.
struct MeanInterval: Sendable {
  private static let capacity = 8
  private var intervals = InlineArray<8, Int64>(repeating: 0)
  private var place = 0
  private(set) var count = 0
  private var sum: Int64 = 0

  /// 0 where none was seen.
  var value: Double { count > 0 ? Double(sum) / Double(count) : 0 }

  mutating func append(_ interval: Int64) {
    if count == Self.capacity { sum -= intervals[place] } else { count += 1 }
    intervals[place] = interval
    sum += interval
    place = (place + 1) % Self.capacity
  }

  mutating func reset() {
    place = 0
    count = 0
    sum = 0
  }
}

extension MeanInterval: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &intervals)
    state.field(2, &place, in: 0...(Self.capacity - 1))
    state.field(3, &count, in: 0...Self.capacity)
    state.field(4, &sum)
  }
}
