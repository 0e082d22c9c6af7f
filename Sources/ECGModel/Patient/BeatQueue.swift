/// Beats that wait until their excerpt is complete and the next beat, or none for
/// `longestWait`, has come.
///
/// A beat leaves only once this is decided by sample numbers alone, however the samples are cut
/// into packets.
public struct BeatQueue: Sendable {
  /// Two seconds: an interval that is longer counts as this long.
  public static let longestWait = 256

  private var fiducials: [Int64]
  private var commits: [Int64]
  private var first = 0
  private var count = 0
  private var firstIndex: Int64 = 0

  /// Room for `capacity` beats: no heart needs more than about five a second.
  public init(capacity: Int = 32) {
    precondition(capacity > 1)
    fiducials = [Int64](repeating: 0, count: capacity)
    // Not a copy of the other, which would allocate at the first write.
    commits = [Int64](repeating: 0, count: capacity)
  }

  /// Forgets all beats; the first sample from now on is `index`.
  public mutating func reset(at index: Int64 = 0) {
    first = 0
    count = 0
    firstIndex = index
  }

  /// Takes a beat, later than those before, that the QRS detector reported on seeing the sample
  /// `commit`. A beat whose excerpt would begin before the first sample is passed over. False,
  /// and the beat is lost, where `capacity` beats wait already.
  public mutating func add(_ fiducial: Int64, commit: Int64) -> Bool {
    precondition(commit >= fiducial)
    guard fiducial - Int64(BeatExcerpt.samplesBefore) >= firstIndex else { return true }
    guard count < fiducials.count else { return false }
    let slot = (first + count) % fiducials.count
    fiducials[slot] = fiducial
    commits[slot] = commit
    count += 1
    return true
  }

  /// The next beat that is ready where the samples below `endIndex` are there; nil where none
  /// is. Ask until nil.
  public mutating func next(endIndex: Int64) -> BeatInterval? {
    guard count > 0 else { return nil }
    let fiducial = fiducials[first]
    guard fiducial + Int64(BeatExcerpt.samplesAfter) <= endIndex else { return nil }
    let deadline = fiducial + Int64(Self.longestWait)
    var untilNext = Self.longestWait
    if count > 1 {
      let second = (first + 1) % fiducials.count
      if commits[second] < deadline { untilNext = Int(fiducials[second] - fiducial) }
    } else if endIndex < deadline {
      return nil
    }
    first = (first + 1) % fiducials.count
    count -= 1
    return BeatInterval(fiducial: fiducial, untilNext: untilNext)
  }
}
