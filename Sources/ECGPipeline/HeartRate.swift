public import ECGCore

/// The heart rate over the last eight beats.
public struct HeartRate: Sendable {
  private var intervals = InlineArray<8, Int64>(repeating: 0)
  private var count = 0
  private var last: Int64?
  private let rate: SampleRate

  public init(rate: SampleRate) { self.rate = rate }

  public mutating func process(beatAt index: Int64) {
    if let last {
      intervals[count & 7] = index - last
      count += 1
    }
    last = index
  }

  /// The next beat has no interval before it.
  public mutating func reset() {
    count = 0
    last = nil
  }

  /// Beats per minute; nil before the second beat.
  public var beatsPerMinute: Double? {
    let known = min(count, 8)
    guard known > 0 else { return nil }
    var sum: Int64 = 0
    for i in 0..<known { sum += intervals[i] }
    return sum > 0 ? 60 * rate.hertz * Double(known) / Double(sum) : nil
  }
}

extension HeartRate: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &intervals)
    state.field(2, &count, in: 0...Int.max)
    state.field(3, &last)
  }
}
