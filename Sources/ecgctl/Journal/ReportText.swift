import ECGAlarm
import ECGWire
import Foundation

/// The report as plain text.
struct ReportText {
  let figures: ReportFigures
  let top: Int

  var text: String {
    var lines = [
      "alarms from \(Self.time(figures.fromMs)) to \(Self.time(figures.toMs))",
      "",
      "alarms per bed-day  \(figures.perBedDay.map { String(format: "%.1f", $0) } ?? "-")   "
        + String(format: "(%d alarms in %.1f bed-days)", figures.bedAlarms, figures.bedDays),
      "of the heart        \(figures.physiological)",
      "by priority         "
        + AlarmPriority.allCases.reversed().map { "\(figures.count($0)) \($0.rawValue)" }
        .joined(separator: ", "),
      "acknowledged        \(figures.acknowledged) of \(figures.started.count)",
      "",
    ]
    lines += table(
      ["condition", "alarms"],
      figures.conditions.map { [WatchLine.words($0.name), "\($0.count)"] })
    lines += table(
      ["bed", "alarms", "of the heart", "high", "on", "quality"],
      figures.topBeds.prefix(top).map { bed in
        [
          bed.name, "\(bed.alarms)", "\(bed.physiological)", "\(bed.high)",
          StatusTable.duration(Double(bed.onMs) / 1000),
          bed.quality.map { String(format: "%.2f", $0) } ?? "-",
        ]
      })
    lines += table(
      ["longest unacknowledged", "bed", "condition", "priority", "started", ""],
      figures.longestUnacknowledged(5).map { alarm in
        [
          StatusTable.duration(Double(alarm.unacknowledgedMs(nowMs: figures.toMs)) / 1000),
          alarm.stream ?? "ecgd", WatchLine.words(alarm.condition), alarm.priority.rawValue,
          (alarm.isFromBefore ? "before " : "") + Self.time(alarm.startMs),
          alarm.endMs == nil ? "still on" : "",
        ]
      })
    return lines.dropLast().joined(separator: "\n")
  }

  /// A table with its columns aligned, and an empty line after it; nothing without rows.
  private func table(_ head: [String], _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return [] }
    let widths = head.indices.map { i in ([head] + rows).map { $0[i].count }.max() ?? 0 }
    return ([head] + rows).map { row in
      row.indices.map { i in
        Double(row[i]) != nil
          ? WatchLine.right(row[i], widths[i]) : WatchLine.left(row[i], widths[i])
      }.joined(separator: "  ").trimmingSuffix(while: { $0 == " " })
    } + [""]
  }

  static func time(_ ms: Int64) -> String {
    String(UTCTime.text(nanoseconds: ms * 1_000_000).prefix(16)) + "Z"
  }
}

extension String {
  fileprivate func trimmingSuffix(while isBlank: (Character) -> Bool) -> String {
    var text = self
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }
}
