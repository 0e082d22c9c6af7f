/// A point of a curve: what a limit at `score` would give.
public struct CurvePoint: Sendable, Equatable {
  public var score: Double
  /// The abnormal beats at or over the limit, of all abnormal ones: sensitivity, recall.
  public var sensitivity: Double
  /// The normal and extra beats at or over the limit, of all of them: 1 - specificity.
  public var falsePositiveRate: Double
  /// The abnormal beats of all at or over the limit.
  public var precision: Double
}

extension RankedBeats {
  /// The ROC and the precision-recall curve of abnormal beats against normal and extra ones, or of
  /// one class against normal beats alone; from the highest limit to the lowest.
  ///
  /// - Parameter count: points at most; those that change least are left out.
  public func curve(of label: ScoredBeat.Label? = nil, atMost count: Int = 400) -> [CurvePoint] {
    func sides(_ tally: Tally) -> (positive: Int, negative: Int) {
      guard let label else { return (tally.abnormal, tally.normal) }
      return (tally[label], tally[.normal])
    }
    let drawn = [Int](repeating: 1, count: recordCount)
    let sum = sides(total(drawn: drawn))
    guard sum.positive > 0, sum.negative > 0 else { return [] }
    var points: [CurvePoint] = []
    var (positive, negative) = (0, 0)
    let step = 1 / Double(max(2, count / 2))
    var last = (sensitivity: -1.0, falsePositiveRate: -1.0)
    forEachScore(drawn: drawn) { score, tied in
      let more = sides(tied)
      positive += more.positive
      negative += more.negative
      guard positive + negative > 0 else { return }
      let point = CurvePoint(
        score: score, sensitivity: Double(positive) / Double(sum.positive),
        falsePositiveRate: Double(negative) / Double(sum.negative),
        precision: Double(positive) / Double(positive + negative))
      let isEnd = positive == sum.positive && negative == sum.negative
      guard
        isEnd || point.sensitivity - last.sensitivity >= step
          || point.falsePositiveRate - last.falsePositiveRate >= step
      else { return }
      last = (point.sensitivity, point.falsePositiveRate)
      points.append(point)
    }
    return points
  }
}
