/// The scored beats of several records in one ranking, from which the figures follow in one pass:
/// also for records that are drawn several times, or not at all, without ranking them again.
///
/// - Complexity: O(n log n) to make, O(n) for each set of figures.
public struct RankedBeats: Sendable {
  /// From the highest score to the lowest.
  private let scores: [Double]
  private let labels: [ScoredBeat.Label]
  private let records: [Int32]
  /// How many beats of each label a record has.
  private let totals: [Tally]
  /// The ROC area of each record by itself; nil where one side has fewer than five beats.
  public private(set) var recordAreas: [Double?] = []

  /// A record with fewer beats of one side has no area of its own.
  public static let fewestBeats = 5
  /// The specificity that sensitivities are stated at.
  public static let specificity = 0.99

  public init(_ beats: [[ScoredBeat]]) {
    var all: [(beat: ScoredBeat, record: Int32)] = []
    for (record, beats) in beats.enumerated() {
      for beat in beats { all.append((beat, Int32(record))) }
    }
    all.sort { $0.beat.score > $1.beat.score }
    scores = all.map(\.beat.score)
    labels = all.map(\.beat.label)
    records = all.map(\.record)
    totals = beats.map { Tally($0) }
    recordAreas = beats.indices.map { record in
      let sum = totals[record]
      guard sum.abnormal >= Self.fewestBeats, sum.normal >= Self.fewestBeats else { return nil }
      return RankedBeats(alone: beats[record]).areas(drawn: [1])[.area]
    }
  }

  /// One record, without its own area.
  private init(alone beats: [ScoredBeat]) {
    let sorted = beats.sorted { $0.score > $1.score }
    scores = sorted.map(\.score)
    labels = sorted.map(\.label)
    records = [Int32](repeating: 0, count: sorted.count)
    totals = [Tally(beats)]
  }

  public var recordCount: Int { totals.count }

  /// Beats by label.
  struct Tally: Sendable {
    var counts = InlineArray<5, Int>(repeating: 0)

    init() {}

    init(_ beats: [ScoredBeat]) {
      for beat in beats { counts[beat.label.rawValue] += 1 }
    }

    subscript(label: ScoredBeat.Label) -> Int { counts[label.rawValue] }
    var normal: Int { self[.normal] + self[.extra] }
    var abnormal: Int { self[.supraventricular] + self[.ventricular] + self[.fusion] }
    var all: Int { normal + abnormal }
  }

  /// Calls `body` for each score that occurs, from the highest on, with the beats that have it.
  func forEachScore(drawn: [Int], _ body: (Double, Tally) -> Void) {
    var i = 0
    while i < scores.count {
      var tied = Tally()
      let score = scores[i]
      while i < scores.count, scores[i] == score {
        tied.counts[labels[i].rawValue] += drawn[Int(records[i])]
        i += 1
      }
      if tied.all > 0 { body(score, tied) }
    }
  }

  /// The beats of all records as often as drawn.
  func total(drawn: [Int]) -> Tally {
    var sum = Tally()
    for (tally, times) in zip(totals, drawn) {
      for i in tally.counts.indices { sum.counts[i] += times * tally.counts[i] }
    }
    return sum
  }

  /// The figures of the records, each taken as often as `drawn` says; once each by default.
  public func figures(drawn: [Int]? = nil) -> DetectionFigures {
    let drawn = drawn ?? [Int](repeating: 1, count: recordCount)
    precondition(drawn.count == recordCount)
    var figures = areas(drawn: drawn)
    var sum = 0.0
    var count = 0
    for (area, times) in zip(recordAreas, drawn) {
      guard let area else { continue }
      sum += area * Double(times)
      count += times
    }
    figures[.meanRecordArea] = count > 0 ? sum / Double(count) : nil
    return figures
  }
}
