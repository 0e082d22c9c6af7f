public import ECGCore

/// A record's detected beats held against its annotated ones: matched at 150 ms, the first five
/// minutes and ventricular flutter unscored, class Q left out (ANSI/AAMI EC57:2012).
///
/// A judged detection is paired with an annotated beat, or is an extra one. An abnormal beat that
/// no judged detection answers to is missed, and stands in the ranking with the lowest score; a
/// normal beat that was missed needs no flag and is not ranked. Both stay in the denominators of
/// the flag table.
public struct BeatScoring: Sendable {
  /// The beats that count, for the figures: judged ones in order of time, then the missed ones.
  public private(set) var ranked: [ScoredBeat] = []
  public private(set) var flags = FlagTable()
  /// The QRS detector alone; of any class, Q included.
  public private(set) var qrs = BeatCounts()
  /// For each detected beat the class of the annotated beat that it answers to.
  public private(set) var classes: [BeatClass?]
  /// For each detected beat what it counts as in the figures; nil where it is not in them.
  public private(set) var labels: [ScoredBeat.Label?]
  /// Annotated Q beats in the scored part.
  public private(set) var unclassifiable = 0

  /// - Parameters:
  ///   - detected: in order of time.
  ///   - excludingLearning: whether the first five minutes are left unscored.
  public init(
    detected: [DetectedBeat], annotations: AnnotationFile, sampleRate: SampleRate,
    excludingLearning: Bool = true
  ) {
    classes = [BeatClass?](repeating: nil, count: detected.count)
    labels = [ScoredBeat.Label?](repeating: nil, count: detected.count)
    let start =
      excludingLearning ? Int64(sampleRate.samples(seconds: BeatMatch.learningSeconds)) : 0
    let window = Int64(sampleRate.samples(seconds: BeatMatch.windowSeconds))
    let flutter = annotations.flutter
    let reference = annotations.classifiedBeats.filter { !flutter.hold($0.sample) }
    let places = detected.indices.filter { !flutter.hold(detected[$0].sample) }
    func beats(_ places: [Int]) -> [Beat] {
      places.map { Beat(sample: detected[$0].sample, beatClass: .normal) }
    }
    let found = BeatMatch(
      reference: reference, detected: beats(places), window: window, start: start)
    qrs = found.counts
    let undetected = Set(found.missed)

    // What was not judged answers to nothing.
    let judged = places.filter { detected[$0].score != nil }
    let match = BeatMatch(
      reference: reference, detected: beats(judged), window: window, start: start)
    for pair in match.pairs {
      rank(detected, judged[pair.detected], reference[pair.reference].beatClass)
    }
    for i in match.extra { rank(detected, judged[i], nil) }
    for i in match.missed { miss(reference[i].beatClass, isUndetected: undetected.contains(i)) }
    let extras = found.extra.count { detected[places[$0]].score == nil }
    flags[.extra].beats += extras
    flags[.extra].unjudged += extras
    ranked =
      detected.indices.compactMap { i in
        labels[i].map { ScoredBeat(score: Double(detected[i].score!), label: $0) }
      } + ranked
  }

  /// A judged detection and the class of the beat that it answers to.
  private mutating func rank(_ detected: [DetectedBeat], _ i: Int, _ beatClass: BeatClass?) {
    classes[i] = beatClass
    let label: ScoredBeat.Label
    if let beatClass {
      guard let known = ScoredBeat.Label(beatClass) else {
        unclassifiable += 1
        return
      }
      label = known
    } else {
      label = .extra
    }
    labels[i] = label
    flags[label].beats += 1
    if detected[i].isFlagged { flags[label].flagged += 1 }
  }

  /// An annotated beat without a judged detection.
  private mutating func miss(_ beatClass: BeatClass, isUndetected: Bool) {
    guard let label = ScoredBeat.Label(beatClass) else {
      unclassifiable += 1
      return
    }
    flags[label].beats += 1
    if isUndetected { flags[label].undetected += 1 } else { flags[label].unjudged += 1 }
    if label.isAbnormal {
      ranked.append(ScoredBeat(score: ScoredBeat.lowestScore, label: label))
    }
  }
}
