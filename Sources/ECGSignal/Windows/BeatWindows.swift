public import ECGCore

/// Which beat-synchronous windows are complete: `before` samples ahead of a beat's fiducial and
/// `after` from it on. Only counts; copies nothing.
///
/// A window that would begin before the first sample after a reset is passed over, so that no
/// window spans a gap.
public struct BeatWindows: Sendable {
  public struct Window: Hashable, Sendable {
    public let beat: Beat
    public let range: Range<Int64>
  }

  public let before: Int
  public let after: Int

  private var pending: [Beat]
  private var first = 0
  private var count = 0
  private var firstIndex: Int64 = 0
  /// Where the first window that waits ends; out of reach where none does.
  private var due = Int64.max

  /// Room for `capacity` beats whose windows are not complete yet: no heart needs more than
  /// about five a second.
  public init(before: Int, after: Int, capacity: Int = 32) {
    precondition(before >= 0)
    precondition(after > 0)
    precondition(capacity > 0)
    self.before = before
    self.after = after
    pending = [Beat](repeating: Beat(fiducial: 0, peak: 0), count: capacity)
  }

  /// Forgets all beats; the first sample from now on is `index`.
  public mutating func reset(at index: Int64 = 0) {
    first = 0
    count = 0
    firstIndex = index
    due = .max
  }

  /// Takes a beat, later than those before. False, and the beat is lost, where `capacity` beats
  /// wait already.
  public mutating func add(_ beat: Beat) -> Bool {
    guard beat.fiducial - Int64(before) >= firstIndex else { return true }
    guard count < pending.count else { return false }
    pending[(first + count) % pending.count] = beat
    count += 1
    noteDue()
    return true
  }

  /// Hints that complete windows will be asked for.
  public func prefetch() { Prefetch.elements(of: pending, first..<(first + 1)) }

  /// Whether the samples below `endIndex` complete a window.
  public func isDue(endIndex: Int64) -> Bool { due <= endIndex }

  /// The next complete window where the samples below `endIndex` are there; nil where it still
  /// lacks some. Ask until nil.
  public mutating func next(endIndex: Int64) -> Window? {
    guard due <= endIndex else { return nil }
    let beat = pending[first]
    first = (first + 1) % pending.count
    count -= 1
    noteDue()
    return Window(
      beat: beat, range: (beat.fiducial - Int64(before))..<(beat.fiducial + Int64(after)))
  }

  private mutating func noteDue() {
    due = count > 0 ? pending[first].fiducial + Int64(after) : .max
  }
}

extension BeatWindows: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.group(1, &pending)
    state.field(2, &first, in: 0...(pending.count - 1))
    state.field(3, &count, in: 0...pending.count)
    state.field(4, &firstIndex)
    if state.isReading { noteDue() }
  }
}
