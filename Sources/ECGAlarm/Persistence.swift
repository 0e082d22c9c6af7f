import ECGCore

/// Which of the last windows exceeded the limit, newest in bit 0, and where those began.
struct Persistence: Sendable {
  private var bits: UInt32 = 0
  private var starts = InlineArray<32, SampleNumber>(repeating: SampleNumber(0))
  private var next = 0
  private var n = 1

  /// Appends one window and forgets those before the last `n`.
  mutating func append(_ exceeding: Bool, start: SampleNumber, keeping n: Int) {
    self.n = n
    bits = bits << 1 | (exceeding ? 1 : 0)
    if n < 32 { bits &= (1 << UInt32(n)) - 1 }
    starts[next & 31] = start
    next += 1
  }

  /// How many of the last n windows exceeded.
  var count: Int { bits.nonzeroBitCount }

  /// The start of the oldest exceeding window among the last n; there must be one.
  var firstStart: SampleNumber {
    precondition(bits != 0)
    let age = 31 - bits.leadingZeroBitCount
    return starts[(next - 1 - age) & 31]
  }
}

extension Persistence: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &bits)
    state.field(2, &starts)
    state.field(3, &next, in: 0...Int.max)
    state.field(4, &n, in: 1...32)
  }
}
