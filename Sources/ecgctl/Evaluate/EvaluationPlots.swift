import ECGRecords
import Foundation

/// The plots of one group of records.
struct EvaluationPlots {
  let group: EvaluationGroup

  private static let width = 460.0
  private static let height = 360.0

  private var curves: [(label: String, colour: String, points: [CurvePoint])] {
    [
      ("S, V and F", "a", group.ranking.curve()), ("V", "b", group.ranking.curve(of: .ventricular)),
      ("S", "c", group.ranking.curve(of: .supraventricular)),
    ].filter { !$0.points.isEmpty }
  }

  /// What the curves' colours stand for.
  var key: String {
    curves.map { "<span class=\"key \($0.colour)\">\($0.label)</span>" }.joined()
  }

  var roc: String {
    var plot = SVGPlot(
      width: Self.width, height: Self.height, x: .share("1 - specificity"),
      y: .share("sensitivity"))
    plot.guide(from: (0, 0), to: (1, 1))
    for curve in curves.reversed() {
      plot.line(
        [(0, 0)] + curve.points.map { ($0.falsePositiveRate, $0.sensitivity) },
        colour: curve.colour)
    }
    let flags = group.flags
    if let sensitivity = flags.abnormal.flaggedShare, let specificity = flags.specificity {
      plot.dot(
        (1 - specificity, sensitivity), colour: "a",
        title: "at the limit: sensitivity \(EvaluationText.percent(sensitivity))%, specificity "
          + "\(EvaluationText.percent(specificity))%")
    }
    return plot.svg(describing: "Receiver operating characteristic")
  }

  var precisionRecall: String {
    var plot = SVGPlot(
      width: Self.width, height: Self.height, x: .share("recall"), y: .share("precision"))
    for curve in curves.reversed() {
      guard let first = curve.points.first else { continue }
      plot.line(
        [(0, first.precision)] + curve.points.map { ($0.sensitivity, $0.precision) },
        colour: curve.colour)
    }
    if let recall = group.flags.abnormal.flaggedShare,
      let precision = group.flags.positivePredictivity
    {
      plot.dot(
        (recall, precision), colour: "a",
        title: "at the limit: recall \(EvaluationText.percent(recall))%, precision "
          + "\(EvaluationText.percent(precision))%")
    }
    return plot.svg(describing: "Precision against recall")
  }

  /// Bars for each record: its area, and the part of its V and S beats that were flagged.
  var records: String {
    let names = group.records.map {
      $0.record.split(separator: "/").last.map(String.init) ?? $0.record
    }
    let count = Double(names.count)
    var plot = SVGPlot(
      width: max(Self.width, 60 + 44 * count), height: Self.height,
      x: .init(
        title: "record", range: 0...count,
        ticks: names.enumerated().map { (Double($0.offset) + 0.5, $0.element) }),
      y: .share("AUC, share flagged"))
    for (i, record) in group.records.enumerated() {
      let flags = record.scoring.flags
      let values: [(Double?, String, String)] = [
        (group.ranking.recordAreas[i], "a", "AUC"),
        (flags[.ventricular].flaggedShare, "b", "V flagged"),
        (flags[.supraventricular].flaggedShare, "c", "S flagged"),
      ]
      for (place, value) in values.enumerated() {
        guard let share = value.0 else { continue }
        let left = Double(i) + 0.1 + 0.27 * Double(place)
        plot.bar(
          left...(left + 0.25), to: share, colour: value.1,
          title: "\(names[i]): \(value.2) \(EvaluationText.percent(share))%")
      }
    }
    return plot.svg(describing: "Area under the curve and flagged beats of each record")
  }

  /// How long alerts took: from a run's third beat, and from an alert's onset.
  func delays(_ seconds: [Double], _ title: String, colour: String) -> String? {
    guard let most = seconds.max() else { return nil }
    let bins = 24
    // The longest delay lies within the last bin.
    let end = max(1, most) * 1.0001
    var counts = [Int](repeating: 0, count: bins)
    for value in seconds { counts[Int(value / end * Double(bins))] += 1 }
    var plot = SVGPlot(
      width: Self.width, height: Self.height * 0.75, x: .count(title, to: end),
      y: .count("alerts", to: Double(counts.max()!)))
    let width = end / Double(bins)
    for (i, count) in counts.enumerated() where count > 0 {
      plot.bar(
        (Double(i) * width)...(Double(i + 1) * width), to: Double(count), colour: colour,
        title: "\(count) from \(Self.tenth(Double(i) * width)) s to "
          + "\(Self.tenth(Double(i + 1) * width)) s")
    }
    return plot.svg(describing: "Distribution of delays, \(title)")
  }

  private static func tenth(_ value: Double) -> String { String(format: "%.1f", value) }
}
