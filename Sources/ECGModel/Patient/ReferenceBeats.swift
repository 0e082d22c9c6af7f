public import ECGCore

/// The patient's own normal beats, learnt from beats without labels.
///
/// Every beat joins the most similar of a few groups or founds a new one in place of the
/// lightest. While learning, the references are picked anew from the groups every few beats (see
/// `ReferenceBeats+Pick.swift`); afterwards they stay, follow the patient slowly, and are joined
/// by others only where most beats have ceased to resemble any of them, as after a lead change.
/// Memory is bounded: `capacity` shapes.
public struct ReferenceBeats: Sendable {
  static let capacity = 8
  static let greatestReferenceCount = 4
  /// A beat joins a group that it resembles by more than this.
  static let likeness: Float = 0.88
  /// Beats' weight lessens by this with every beat: half is left after 280.
  static let fading: Float = 1 - 1.0 / 400
  /// The group's mean follows its latest 40 beats, a reference's its latest 24.
  static let groupMemory = 40
  static let referenceGain: Float = 1.0 / 24
  /// A reference stays what it was when it was picked, within this similarity.
  static let anchorLikeness: Float = 0.8
  static let beatsBetweenPicks = 16

  /// Where a beat lies among the groups.
  public struct Match: Sendable {
    /// The most similar group and reference (-1: none), with similarity and shift in samples.
    var group = -1
    var groupSimilarity: Float = -2
    var groupShift = 0
    var reference = -1
    public internal(set) var similarity: Float = -2
    public internal(set) var shift = 0
  }

  var clusters = [BeatCluster](repeating: BeatCluster(), count: capacity)
  /// [group][windowCount], in millivolts, zero mean
  var shapes = [Float](repeating: 0, count: capacity * BeatExcerpt.windowCount)
  /// What the references were when they became such.
  var anchors = [Float](repeating: 0, count: capacity * BeatExcerpt.windowCount)
  var count = 0
  var totalWeight: Float = 0
  var hasPicked = false
  /// The width of the reference that was picked first.
  var pickedWidth: Float = 1
  private var beatsSincePick = 0
  /// The group of the beat before.
  var previousGroup: Int?
  private var window = [Float](repeating: 0, count: BeatExcerpt.windowCount)

  public init() {}

  public mutating func reset() {
    for i in 0..<count { clusters[i] = BeatCluster() }
    count = 0
    totalWeight = 0
    hasPicked = false
    beatsSincePick = 0
    previousGroup = nil
  }

  /// The next beat does not follow upon the last one.
  mutating func breakOff() { previousGroup = nil }

  /// The number of reference beats; 0 until the first pick.
  public var referenceCount: Int {
    var references = 0
    for i in 0..<count where clusters[i].isReference { references += 1 }
    return references
  }

  /// The share of the recent beats that are most like a group.
  func share(_ group: Int) -> Float { clusters[group].weight / max(totalWeight, 1) }

  /// Hints that a beat will be compared.
  func prefetch() {
    Prefetch.elements(of: clusters, 0..<count)
    Prefetch.elements(of: shapes, 0..<(count * BeatExcerpt.windowCount))
    Prefetch.elements(of: window, 0..<BeatExcerpt.windowCount)
  }

  /// Compares a beat with all groups.
  func match(_ excerpt: Span<Float>) -> Match {
    let similarity = BeatSimilarity(excerpt)
    var match = Match()
    for i in 0..<count where clusters[i].weight > 0 {
      let best = similarity.best(
        against: shapes.span, at: i * BeatExcerpt.windowCount, energy: clusters[i].energy)
      if best.similarity > match.groupSimilarity {
        (match.group, match.groupSimilarity, match.groupShift) = (i, best.similarity, best.shift)
      }
      if clusters[i].isReference && best.similarity > match.similarity {
        (match.reference, match.similarity, match.shift) = (i, best.similarity, best.shift)
      }
    }
    return match
  }

  /// Writes the beat's window and the reference it resembles most as the network wants them:
  /// zero mean, over the reference's amplitude, its largest QRS deflection upward.
  func write(
    _ match: Match, _ excerpt: Span<Float>, window: inout MutableSpan<Float>,
    reference: inout MutableSpan<Float>
  ) {
    precondition(match.reference >= 0)
    let cluster = clusters[match.reference]
    let scale = (cluster.isInverted ? -1 : 1) / cluster.amplitude
    let start = BeatExcerpt.greatestShift + match.shift
    var sum: Float = 0
    for i in 0..<BeatExcerpt.windowCount { sum += excerpt[start + i] }
    let mean = sum / Float(BeatExcerpt.windowCount)
    let offset = match.reference * BeatExcerpt.windowCount
    for i in 0..<BeatExcerpt.windowCount {
      window[i] = (excerpt[start + i] - mean) * scale
      reference[i] = shapes[offset + i] * scale
    }
  }

  /// Learns from the beat that `match` is about. `isLearning` says that references are still
  /// picked freely, `mayPick` that enough has been seen for a pick.
  mutating func learn(
    _ match: Match, _ excerpt: Span<Float>, timing: BeatTiming, isLearning: Bool, mayPick: Bool
  ) {
    if let previousGroup { clusters[previousGroup].noteNext(timing) }
    for i in 0..<count { clusters[i].weight *= Self.fading }
    totalWeight = totalWeight * Self.fading + 1
    let group: Int
    if match.groupSimilarity > Self.likeness {
      group = match.group
      BeatExcerpt.cut(excerpt, shift: match.groupShift, into: &window)
      clusters[group].weight += 1
      clusters[group].beatCount += 1
      follow(match, timing, isLearning: isLearning)
    } else {
      group = found(excerpt)
    }
    clusters[group].noteBeat(timing)
    previousGroup = group

    beatsSincePick += 1
    guard mayPick, !hasPicked || beatsSincePick >= Self.beatsBetweenPicks else { return }
    beatsSincePick = 0
    merge()
    if isLearning || !hasPicked { pickAnew() } else { admitNewNormal() }
  }

  /// Moves the group's mean towards the window; a reference's only by an unsuspicious beat.
  private mutating func follow(_ match: Match, _ timing: BeatTiming, isLearning: Bool) {
    let group = match.group
    let offset = group * BeatExcerpt.windowCount
    var gain = 1 / Float(min(clusters[group].beatCount, Self.groupMemory))
    if clusters[group].isReference && !isLearning {
      gain = Self.referenceGain
      guard match.groupSimilarity > 0.9, timing.before > -0.1,
        staysNearAnchor(group, gain: gain)
      else { return }
    }
    for i in 0..<BeatExcerpt.windowCount {
      shapes[offset + i] += gain * (window[i] - shapes[offset + i])
    }
    clusters[group].measure(shapes, at: offset)
  }

  /// Whether a reference moved towards the window would still resemble what was picked.
  private func staysNearAnchor(_ group: Int, gain: Float) -> Bool {
    let offset = group * BeatExcerpt.windowCount
    var product: Float = 0
    var energy: Float = 0
    var anchorEnergy: Float = 0
    for i in 0..<BeatExcerpt.windowCount {
      let moved = shapes[offset + i] + gain * (window[i] - shapes[offset + i])
      let anchor = anchors[offset + i]
      product += moved * anchor
      energy += moved * moved
      anchorEnergy += anchor * anchor
    }
    return 2 * product > Self.anchorLikeness * (energy + anchorEnergy)
  }

  /// Founds a group with the beat, in place of the lightest where there is no room.
  private mutating func found(_ excerpt: Span<Float>) -> Int {
    var group = count
    if count < Self.capacity {
      count += 1
    } else {
      group = -1
      for i in 0..<count where !clusters[i].isReference {
        if group < 0 || clusters[i].weight < clusters[group].weight { group = i }
      }
      precondition(group >= 0)
    }
    BeatExcerpt.cut(excerpt, shift: 0, into: &window)
    let offset = group * BeatExcerpt.windowCount
    for i in 0..<BeatExcerpt.windowCount { shapes[offset + i] = window[i] }
    clusters[group] = BeatCluster(weight: 1, beatCount: 1)
    clusters[group].measure(shapes, at: offset)
    return group
  }
}

extension ReferenceBeats: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.group(1, &clusters)
    state.field(2, &shapes)
    state.field(3, &anchors)
    state.field(4, &count, in: 0...Self.capacity)
    state.field(5, &totalWeight)
    state.field(6, &hasPicked)
    state.field(7, &pickedWidth)
    state.field(8, &beatsSincePick)
    state.field(9, &previousGroup)
    if let group = previousGroup, !(0..<count).contains(group) { state.refuse(9) }
  }
}
