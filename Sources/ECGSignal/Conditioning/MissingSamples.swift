import ECGCore

/// Which of the latest input samples were missing, by their index since a reset.
struct MissingSamples: Sendable {
  /// How many of the latest samples are remembered: more than any resampler is behind.
  static let capacity = 256

  /// A bit for each sample.
  private var bits = InlineArray<4, UInt64>(repeating: 0)
  /// The newest missing sample; a large negative number where there was none.
  private(set) var latest = Int64.min / 2

  @inline(__always)
  mutating func append(_ isMissing: Bool, at index: Int64) {
    let (word, bit) = Self.place(index)
    if isMissing {
      bits[word] |= bit
      latest = index
    } else {
      bits[word] &= ~bit
    }
  }

  func contains(_ index: Int64) -> Bool {
    guard index >= 0, index <= latest else { return false }
    let (word, bit) = Self.place(index)
    return bits[word] & bit != 0
  }

  @inline(__always)
  private static func place(_ index: Int64) -> (word: Int, bit: UInt64) {
    let place = Int(index) & (capacity - 1)
    return (place >> 6, 1 << UInt64(place & 63))
  }

  mutating func reset() {
    latest = Int64.min / 2
  }
}

extension MissingSamples: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(2, &latest)
    state.field(3, &bits)
  }
}
