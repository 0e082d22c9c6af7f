import Glibc

/// Which groups of beats are the patient's normal ones. Common, punctual and narrow beats are;
/// with up to 60% ectopic ones among them, the common ones alone need not be.
extension ReferenceBeats {
  /// Groups with a smaller share are noise.
  private static let leastShare: Float = 0.05
  private static let mergeLikeness: Float = 0.95

  /// Chooses the references from the groups, those of before forgotten.
  mutating func pickAnew() {
    for i in 0..<count { clusters[i].isReference = false }
    let best = bestGroup()
    makeReference(best)
    pickedWidth = clusters[best].width
    hasPicked = true
    var second = -1
    for i in 0..<count where i != best && isPlausibleSecond(i) {
      if second < 0 || standing(i) > standing(second) { second = i }
    }
    if second >= 0 { makeReference(second) }
  }

  /// After learning: lets a new group become a reference where the old ones have all but ceased
  /// to occur and it has taken their place, steady and not much wider. A slow ventricular rhythm
  /// of many minutes is wide; a bigeminy is premature.
  mutating func admitNewNormal() {
    var covered: Float = 0
    var references = 0
    for i in 0..<count where clusters[i].isReference {
      covered += share(i)
      references += 1
    }
    guard covered < 0.25, references < Self.greatestReferenceCount else { return }
    for i in 0..<count where !clusters[i].isReference {
      if share(i) >= 0.3, clusters[i].weight >= 24, clusters[i].ectopy < 0.1,
        clusters[i].width < 1.5 * pickedWidth
      {
        makeReference(i)
        return
      }
    }
  }

  /// Joins groups that have grown alike.
  mutating func merge() {
    for a in 0..<count {
      for b in 0..<count where b > a && clusters[a].weight > 0 && clusters[b].weight > 0 {
        if likeness(a, b) > Self.mergeLikeness { merge(a, b) }
      }
    }
  }

  private mutating func makeReference(_ group: Int) {
    clusters[group].isReference = true
    let offset = group * BeatExcerpt.windowCount
    for i in offset..<(offset + BeatExcerpt.windowCount) { anchors[i] = shapes[i] }
  }

  private func isCommon(_ group: Int) -> Bool {
    share(group) >= Self.leastShare && clusters[group].weight > 0
  }

  /// The group of the patient's normal beats.
  private func bestGroup() -> Int {
    var best = 0
    var heaviest = 0
    var found = false
    for i in 0..<count {
      if clusters[i].weight > clusters[heaviest].weight { heaviest = i }
      guard isCommon(i) else { continue }
      if !found || standing(i) > standing(best) { best = i }
      found = true
    }
    return found ? best : heaviest
  }

  /// How well a group stands as the normal one.
  private func standing(_ group: Int) -> Float {
    var narrowest = clusters[group].width
    for i in 0..<count where isCommon(i) { narrowest = min(narrowest, clusters[i].width) }
    let excess = max(0, logf(clusters[group].width / narrowest) - 0.1)
    return logf(share(group) + 1e-9) - 6 * clusters[group].ectopy - 1.5 * excess
  }

  /// Whether a group may be a second kind of normal beat, such as a bundle branch block that
  /// comes and goes.
  private func isPlausibleSecond(_ group: Int) -> Bool {
    let cluster = clusters[group]
    guard isCommon(group), share(group) >= 0.08, cluster.weight >= 24 else { return false }
    if cluster.ectopy < 0.1 && cluster.width < 1.25 * pickedWidth { return true }
    return cluster.ectopy < 0.06 && share(group) > 0.15 && cluster.width < 1.7 * pickedWidth
  }

  private func likeness(_ a: Int, _ b: Int) -> Float {
    let product = BeatSimilarity.dot(
      shapes.span, a * BeatExcerpt.windowCount, shapes.span, b * BeatExcerpt.windowCount)
    return 2 * product / (clusters[a].energy + clusters[b].energy + 1e-9)
  }

  private mutating func merge(_ a: Int, _ b: Int) {
    let length = BeatExcerpt.windowCount
    let share = clusters[a].weight / (clusters[a].weight + clusters[b].weight)
    if clusters[b].isReference && !clusters[a].isReference {
      for i in 0..<length {
        shapes[a * length + i] = shapes[b * length + i]
        anchors[a * length + i] = anchors[b * length + i]
      }
    } else if !clusters[a].isReference {
      for i in 0..<length {
        shapes[a * length + i] =
          share * shapes[a * length + i] + (1 - share) * shapes[b * length + i]
      }
    }
    clusters[a].measure(shapes, at: a * length)
    clusters[a].isReference = clusters[a].isReference || clusters[b].isReference
    clusters[a].weight += clusters[b].weight
    clusters[a].beatCount += clusters[b].beatCount
    clusters[a].prematurity =
      share * clusters[a].prematurity + (1 - share) * clusters[b].prematurity
    clusters[a].pause = share * clusters[a].pause + (1 - share) * clusters[b].pause
    clusters[b] = BeatCluster()
    if previousGroup == b { previousGroup = a }
  }
}
