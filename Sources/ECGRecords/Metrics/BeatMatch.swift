public import ECGCore

/// A beat that an annotator or a detector marked: its sample and, where known, its class.
public struct Beat: Sendable, Equatable {
  public var sample: Int64
  public var beatClass: BeatClass

  public init(sample: Int64, beatClass: BeatClass) {
    self.sample = sample
    self.beatClass = beatClass
  }
}

extension AnnotationFile {
  /// The annotated beats with their EC57 classes, in order of time.
  public var classifiedBeats: [Beat] {
    annotations.compactMap { annotation in
      annotation.code.beatClass.map { Beat(sample: annotation.sample, beatClass: $0) }
    }.sorted { $0.sample < $1.sample }
  }
}

/// How a detector's beats answer to a record's annotated ones (ANSI/AAMI EC57:2012, section 4.3).
///
/// Each reference beat is paired with at most one detected beat that lies within the match
/// window, 150 ms either way. What comes before `start` is not scored; a pair counts by its
/// reference beat.
public struct BeatMatch: Sendable, Equatable {
  public static let windowSeconds = 0.150
  /// The learning period at a record's beginning that EC57 leaves unscored.
  public static let learningSeconds = 300.0

  /// Pairs, as indices into the arrays given to `init`, in order of time.
  public private(set) var pairs: [(reference: Int, detected: Int)] = []
  /// Reference beats without a detected one.
  public private(set) var missed: [Int] = []
  /// Detected beats without a reference one.
  public private(set) var extra: [Int] = []
  /// Scored beats by reference class and then detected class.
  public private(set) var counts = BeatCounts()

  /// Matches beats in order of time.
  ///
  /// - Parameters:
  ///   - window: the greatest distance of a pair, in samples.
  ///   - start: the first sample that is scored.
  ///   - end: the first sample that is no longer scored.
  public init(
    reference: [Beat], detected: [Beat], window: Int64, start: Int64 = 0, end: Int64 = .max
  ) {
    precondition(window >= 0)
    let scored = start..<max(start, end)
    var r = 0
    var d = 0
    while r < reference.count || d < detected.count {
      if r < reference.count, d < detected.count,
        (reference[r].sample - detected[d].sample).magnitude <= UInt64(window)
      {
        if Self.nextDetectedIsNearer(reference, r, detected, d, window) {
          note(extra: d, detected, scored)
          d += 1
        } else if Self.nextReferenceIsNearer(reference, r, detected, d, window) {
          note(missed: r, reference, scored)
          r += 1
        } else {
          note(pair: r, d, reference, detected, scored)
          r += 1
          d += 1
        }
      } else if d == detected.count
        || (r < reference.count && reference[r].sample < detected[d].sample)
      {
        note(missed: r, reference, scored)
        r += 1
      } else {
        note(extra: d, detected, scored)
        d += 1
      }
    }
  }

  /// The same with the standard's window, at a record's rate.
  public init(
    reference: [Beat], detected: [Beat], sampleRate: SampleRate, excludingLearning: Bool = true
  ) {
    self.init(
      reference: reference, detected: detected,
      window: Int64(sampleRate.samples(seconds: Self.windowSeconds)),
      start: excludingLearning ? Int64(sampleRate.samples(seconds: Self.learningSeconds)) : 0)
  }

  public static func == (a: BeatMatch, b: BeatMatch) -> Bool {
    a.missed == b.missed && a.extra == b.extra && a.counts == b.counts
      && a.pairs.elementsEqual(b.pairs, by: ==)
  }

  /// True where the detected beat after `d` is the better partner of reference beat `r`, and `d`
  /// would be nobody's.
  private static func nextDetectedIsNearer(
    _ reference: [Beat], _ r: Int, _ detected: [Beat], _ d: Int, _ window: Int64
  ) -> Bool {
    guard d + 1 < detected.count else { return false }
    let at = reference[r].sample
    let next = (at - detected[d + 1].sample).magnitude
    guard next < (at - detected[d].sample).magnitude else { return false }
    // Unless that one is nearer still to the next reference beat.
    guard r + 1 < reference.count else { return true }
    return (reference[r + 1].sample - detected[d + 1].sample).magnitude >= next
  }

  /// True where the reference beat after `r` is the better partner of detected beat `d`.
  private static func nextReferenceIsNearer(
    _ reference: [Beat], _ r: Int, _ detected: [Beat], _ d: Int, _ window: Int64
  ) -> Bool {
    guard r + 1 < reference.count else { return false }
    let at = detected[d].sample
    let next = (at - reference[r + 1].sample).magnitude
    guard next < (at - reference[r].sample).magnitude else { return false }
    guard d + 1 < detected.count else { return true }
    return (detected[d + 1].sample - reference[r + 1].sample).magnitude >= next
  }

  private mutating func note(missed r: Int, _ reference: [Beat], _ scored: Range<Int64>) {
    guard scored.contains(reference[r].sample) else { return }
    missed.append(r)
    counts.addMissed(reference[r].beatClass)
  }

  private mutating func note(extra d: Int, _ detected: [Beat], _ scored: Range<Int64>) {
    guard scored.contains(detected[d].sample) else { return }
    extra.append(d)
    counts.addExtra(detected[d].beatClass)
  }

  private mutating func note(
    pair r: Int, _ d: Int, _ reference: [Beat], _ detected: [Beat], _ scored: Range<Int64>
  ) {
    guard scored.contains(reference[r].sample) else { return }
    pairs.append((r, d))
    counts.addPair(reference[r].beatClass, detected[d].beatClass)
  }
}
