public import ECGCore

/// Which sliding windows are complete: window k covers `length` samples from k * `hop` on,
/// counted from the first sample after a reset. Only counts; copies nothing.
public struct SlidingWindows: Sendable {
  public let length: Int
  public let hop: Int

  private var start: Int64 = 0

  public init(length: Int, hop: Int) {
    precondition(length > 0)
    precondition(hop > 0)
    self.length = length
    self.hop = hop
  }

  /// The first sample of the next window is `index`.
  public mutating func reset(at index: Int64 = 0) {
    start = index
  }

  /// The next complete window [start, end) where the samples below `endIndex` are there; nil
  /// where it still lacks some. Ask until nil.
  public mutating func next(endIndex: Int64) -> Range<Int64>? {
    guard start + Int64(length) <= endIndex else { return nil }
    defer { start += Int64(hop) }
    return start..<(start + Int64(length))
  }
}

extension SlidingWindows: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &start)
  }
}
