import ECGAlarm
import ECGWire
import Foundation

/// The ward's screen as lines of text that fit a terminal, with colours where it has them.
struct WardLines {
  private let table: WardTable
  private let columns: Int
  private let rows: Int
  private let paint: TerminalPaint
  private let nameWidth: Int

  private static let stateWidth = 13
  private static let bars = Array("▁▂▃▄▅▆▇█")
  private static let keys =
    "↑↓ bed   n next alarm   a acknowledge   p pause 2 min   r resume   q leave"
  /// What is no bed's row: the header, the titles, the rest of the ward, why, message, keys.
  private static let otherRows = 6

  init(_ table: WardTable, columns: Int, rows: Int, paint: TerminalPaint = .ofEnvironment) {
    self.table = table
    self.columns = columns
    self.rows = rows
    self.paint = paint
    nameWidth = min(24, max(8, table.beds.map(\.id.count).max() ?? 0))
  }

  var text: [String] {
    let own = table.alarms(of: nil)
    let room = max(1, rows - Self.otherRows - own.count)
    let first = max(0, min(table.chosen - room / 2, table.beds.count - room))
    let shown = table.beds.indices.dropFirst(first).prefix(room)
    var lines = [header, titles]
    for i in shown { lines.append(row(table.beds[i], isChosen: i == table.chosen)) }
    if table.beds.isEmpty, table.status != nil { lines.append("  No bed has sent anything yet.") }
    let hidden = table.beds.indices.filter { !shown.contains($0) }.map { table.beds[$0].id }
    lines.append(rest(hidden))
    for alarm in own {
      lines.append(paint.alarm(alarm, cut("ecgd  \(Self.words(alarm))  \(alarm.reason)", columns)))
    }
    lines.append(why)
    lines.append(cut(table.message, columns))
    lines.append(paint.dim(cut(Self.keys, columns)))
    return Array(lines.prefix(rows))
  }

  private var header: String {
    guard !table.isAway else {
      return paint.alert(
        padded(" NO ANSWER FROM ecgd: what stands below is old, and nobody watches", columns))
    }
    guard let status = table.status else { return "asking ecgd" }
    let signalling = table.active.values.count { $0.presence != .acknowledged }
    let high = table.active.values.count { $0.priority == .high }
    return cut(
      "ecgd \(status.version)   \(StatusTable.counted(table.beds.count, "bed"))   "
        + "\(StatusTable.counted(table.active.count, "alarm")) on, \(high) high, "
        + "\(signalling) not acknowledged   up \(StatusTable.duration(status.uptimeSeconds))",
      columns)
  }

  private var titles: String {
    paint.bold(
      cut(
        "  " + padded("bed", nameWidth) + "  " + padded("rhythm", Self.stateWidth)
          + "   HR  quality  " + padded("score", WardTable.trendLength) + "  alarm", columns))
  }

  private func row(_ bed: StatusReport.Stream, isChosen: Bool) -> String {
    let rate = bed.hasSignal ? bed.heartRate.map { String(format: "%.0f", $0) } : nil
    let cells = [
      isChosen ? ">" : " ",
      padded(bed.id, nameWidth) + " ",
      padded(Self.rhythm(bed), Self.stateWidth) + " ",
      WatchLine.right(rate ?? "–", 3) + " ",
      padded(Self.quality(bed), 7) + " ",
    ].joined(separator: " ")
    let room = columns - cells.count - WardTable.trendLength - 2
    let alarms = table.alarms(of: bed.id)
    var words = alarms.first.map(Self.words) ?? ""
    if alarms.count > 1 { words += "  +\(alarms.count - 1)" }
    let left = isChosen ? paint.bold(cut(cells, columns)) : cut(cells, columns)
    guard room > 0 else { return left }
    let alarm = alarms.first.map { paint.alarm($0, cut(words, room)) } ?? ""
    return left + trend(bed) + "  " + alarm
  }

  /// The state, or of a bed that is watched its rhythm.
  private static func rhythm(_ bed: StatusReport.Stream) -> String {
    switch bed.state {
    case .learning: "learning" + (bed.learnt.map { " \(Int($0.progress * 100))%" } ?? "")
    case .watching: bed.learnt?.rhythm ?? "watched"
    case .silent, .leadOff, .poorSignal, .paused: StatusTable.words(bed.state.rawValue)
    }
  }

  private static func quality(_ bed: StatusReport.Stream) -> String {
    guard bed.hasSignal, let value = bed.quality else { return "–" }
    let full = Int((value * 4).rounded())
    return String(repeating: "■", count: full) + String(repeating: "□", count: 4 - full)
  }

  /// The scores of the last seconds: the limit is the full height, and what reaches it stands out.
  private func trend(_ bed: StatusReport.Stream) -> String {
    let scores = table.trends[bed.id] ?? []
    let limit = bed.limit ?? 1
    let drawn = scores.map { score in
      guard let score, limit > 0 else { return " " }
      if score >= limit { return paint.over("█") }
      return String(Self.bars[min(Self.bars.count - 2, Int(score / limit * 7))])
    }
    return String(repeating: " ", count: WardTable.trendLength - scores.count) + drawn.joined()
  }

  /// The beds that the terminal has no row for, with their most urgent alarm.
  private func rest(_ hidden: [String]) -> String {
    guard !hidden.isEmpty else { return "" }
    let names = Set(hidden)
    let alarms = table.active.values.filter { $0.stream.map(names.contains) ?? false }
      .sorted(by: WardTable.isMoreUrgent)
    let beds = Set(alarms.compactMap(\.stream)).count
    let most = alarms.first.map { ", first \($0.stream ?? ""): \(Self.words($0))" } ?? ""
    let words = "\(StatusTable.counted(hidden.count, "bed")) more, \(beds) in alarm\(most)"
    return alarms.first.map { paint.alarm($0, cut(words, columns)) } ?? paint.dim(words)
  }

  /// What the chosen bed's first alarm is about.
  private var why: String {
    guard let bed = table.chosenBed, let first = table.alarms(of: bed).first else { return "" }
    let known = first.acknowledged.map { " (acknowledged\($0.by.map { " by \($0)" } ?? ""))" } ?? ""
    let since = first.onset?.time.map { ", since \($0.dropFirst(11).prefix(8))" } ?? ""
    return cut("\(bed)\(since): \(first.reason)\(known)", columns)
  }

  /// A mark for the priority besides its colour, then the condition and how it signals.
  private static func words(_ alarm: AlertEvent) -> String {
    let mark =
      switch alarm.priority {
      case .high: "!!!"
      case .medium: "!! "
      case .low: "!  "
      }
    var text = mark + " " + WatchLine.words(alarm.condition)
    switch alarm.presence {
    case .acknowledged: text += " (ack)"
    case .latched: text += " (over)"
    case .on, .off: break
    }
    if alarm.paused != nil, alarm.condition != .alarmsPaused { text += " (paused)" }
    return text
  }

  private func cut(_ text: String, _ width: Int) -> String {
    text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    WatchLine.left(cut(text, width), width)
  }
}
