extension RankedBeats {
  /// The score that a `1 - specificity` part of the normal and extra beats exceed; nil without any.
  public func limit(specificity: Double = Self.specificity, drawn: [Int]? = nil) -> Double? {
    let drawn = drawn ?? [Int](repeating: 1, count: recordCount)
    let count = total(drawn: drawn).normal
    guard count > 0 else { return nil }
    let (lower, part) = Quantile.place(specificity, of: count)
    // Counted from the highest score, as the ranking is.
    let wanted = [count - 1 - lower, max(0, count - 2 - lower)]
    var found: [Double] = []
    var seen = 0
    forEachScore(drawn: drawn) { score, tied in
      seen += tied.normal
      if tied.normal == 0 { return }
      while found.count < 2, wanted[1 - found.count] < seen { found.append(score) }
    }
    return Quantile.between(found[1], found[0], part)
  }

  /// Every figure but the mean of the records' areas.
  func areas(drawn: [Int]) -> DetectionFigures {
    var figures = DetectionFigures()
    let sum = total(drawn: drawn)
    let limit = limit(drawn: drawn)
    var above = Tally()
    var overLimit = Tally()
    // Pairs in which the abnormal beat has the higher score; a tie is half a pair.
    var pairs = 0.0
    var classPairs = [Double](repeating: 0, count: ScoredBeat.Label.allCases.count)
    var precisions = 0.0
    forEachScore(drawn: drawn) { score, tied in
      let before = above
      for i in tied.counts.indices { above.counts[i] += tied.counts[i] }
      pairs += Double(tied.normal) * (Double(before.abnormal) + Double(tied.abnormal) / 2)
      for label in ScoredBeat.Label.allCases where label.isAbnormal {
        classPairs[label.rawValue] +=
          Double(tied[.normal]) * (Double(before[label]) + Double(tied[label]) / 2)
      }
      if tied.abnormal > 0 {
        precisions += Double(tied.abnormal) * Double(above.abnormal) / Double(above.all)
      }
      if let limit, score > limit { overLimit = above }
    }
    func share(_ part: Double, _ whole: Int) -> Double? { whole > 0 ? part / Double(whole) : nil }
    figures[.area] = share(pairs, sum.abnormal * sum.normal)
    figures[.averagePrecision] = share(precisions, sum.abnormal)
    let classes: [(ScoredBeat.Label, DetectionFigure, DetectionFigure)] = [
      (.supraventricular, .supraventricularArea, .supraventricularAt99),
      (.ventricular, .ventricularArea, .ventricularAt99), (.fusion, .fusionArea, .fusionAt99),
    ]
    for (label, area, at99) in classes {
      figures[area] = share(classPairs[label.rawValue], sum[label] * sum[.normal])
      if limit != nil { figures[at99] = share(Double(overLimit[label]), sum[label]) }
    }
    return figures
  }
}
