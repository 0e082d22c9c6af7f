import ECGCore

/// Which of the latest input samples were missing, by their index since a reset.
struct MissingSamples: Sendable {
  private var flags: [Bool]
  private let mask: Int64
  /// The newest missing sample; a large negative number where there was none.
  private(set) var latest = Int64.min / 2

  /// Remembers at least the latest `capacity` samples.
  init(capacity: Int) {
    var size = 1
    while size < capacity { size <<= 1 }
    flags = [Bool](repeating: false, count: size)
    mask = Int64(size - 1)
  }

  @inline(__always)
  mutating func append(_ isMissing: Bool, at index: Int64) {
    flags[Int(index & mask)] = isMissing
    if isMissing { latest = index }
  }

  func contains(_ index: Int64) -> Bool {
    index >= 0 && index <= latest && flags[Int(index & mask)]
  }

  mutating func reset() {
    latest = Int64.min / 2
  }
}

extension MissingSamples: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &flags)
    state.field(2, &latest)
  }
}
