import ECGAlarm
import ECGWire
import Foundation

/// What the ward's screen shows: one row a bed, the alarms, and a line of what to do.
struct WardTable {
  var message = ""
  private var status: StatusReport?
  private var active: [String: AlertEvent] = [:]
  private var trends: [String: [Double]] = [:]
  private var chosen = 0
  private var isAway = true
  private static let trendLength = 20
  private static let bars = Array("▁▂▃▄▅▆▇█")

  mutating func take(_ news: WatchSession.News) {
    switch news {
    case .snapshot(let events):
      active = Dictionary(events.map { ($0.alarm, $0) }) { $1 }
    case .event(let event, _): active[event.alarm] = event.phase == .end ? nil : event
    case .lost(let count): message = "\(count) events lost"
    case .renumbered: message = "the daemon counts its events anew"
    case .away: isAway = true
    case .back: isAway = false
    }
  }

  mutating func take(_ new: StatusReport?) {
    isAway = new == nil
    guard let new else { return }
    status = new
    for stream in new.streams {
      guard let score = stream.score else { continue }
      trends[stream.id] = Array(
        ((trends[stream.id] ?? []) + [score]).suffix(Self.trendLength))
    }
    chosen = min(chosen, max(0, new.streams.count - 1))
  }

  mutating func move(_ by: Int) {
    chosen = min(max(0, chosen + by), max(0, (status?.streams.count ?? 0) - 1))
  }

  var chosenBed: String? {
    guard let streams = status?.streams, streams.indices.contains(chosen) else { return nil }
    return streams[chosen].id
  }

  var chosenAlarms: [AlertEvent] { alarms(of: chosenBed) }

  /// The most urgent first.
  private func alarms(of bed: String?) -> [AlertEvent] {
    active.values.filter { $0.stream == bed }
      .sorted { ($1.priority, $0.sequence) < ($0.priority, $1.sequence) }
  }

  func lines(columns: Int, rows: Int) -> [String] {
    var lines = [header(columns)]
    lines.append(
      "\u{1b}[1m"
        + fit("  bed           state        HR  quality  score                 alarm", columns)
        + "\u{1b}[0m")
    let streams = status?.streams ?? []
    let room = max(1, rows - 5)
    let first = max(0, min(chosen - room + 1, streams.count - room))
    for i in streams.indices.dropFirst(first).prefix(room) {
      lines.append(row(streams[i], isChosen: i == chosen, columns))
    }
    for alarm in alarms(of: nil) { lines.append(coloured(alarm, "  ecgd  " + Self.words(alarm))) }
    lines.append("")
    lines.append(fit(message, columns))
    lines.append(
      "\u{1b}[2m" + fit("↑↓ bed   a acknowledge   p pause 2 min   r resume   q leave", columns)
        + "\u{1b}[0m")
    return lines
  }

  private func header(_ columns: Int) -> String {
    guard !isAway, let status else {
      return "\u{1b}[1;37;41m"
        + WatchLine.left(" NO ANSWER FROM ecgd: what is below is old; nobody watches", columns)
        + "\u{1b}[0m"
    }
    let high = active.values.count { $0.priority == .high }
    return fit(
      "ecgd \(status.version)   \(StatusTable.counted(status.streams.count, "bed"))   "
        + "\(StatusTable.counted(active.count, "alarm")) on, \(high) high   up "
        + StatusTable.duration(status.uptimeSeconds), columns)
  }

  private func row(_ bed: StatusReport.Stream, isChosen: Bool, _ columns: Int) -> String {
    var state = StatusTable.words(bed.state.rawValue)
    if bed.state == .learning, let learnt = bed.learnt {
      state += " \(Int(learnt.progress * 100))%"
    } else if bed.state == .watching, let rhythm = bed.learnt?.rhythm {
      state = rhythm
    }
    let cells = [
      isChosen ? ">" : " ", WatchLine.left(bed.id, 12), WatchLine.left(state, 13),
      WatchLine.right(bed.heartRate.map { String(format: "%.0f", $0) } ?? "-", 3),
      " " + WatchLine.left(quality(bed.quality), 6),
      WatchLine.left(trend(bed), Self.trendLength),
    ]
    let left = cells.joined(separator: " ")
    let alarms = alarms(of: bed.id)
    let room = max(8, columns - left.count - 2)
    let text: String
    if let first = alarms.first {
      let more = alarms.count > 1 ? " +\(alarms.count - 1)" : ""
      text = coloured(first, fit(Self.words(first) + more, room))
    } else {
      text = bed.state == .paused ? "alarms paused" : ""
    }
    return (isChosen ? "\u{1b}[1m" : "") + left + "\u{1b}[0m  " + text
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
    case .latched: text += " (was)"
    case .on, .off: break
    }
    if alarm.paused != nil { text += " (paused)" }
    return text
  }

  private func coloured(_ alarm: AlertEvent, _ text: String) -> String {
    let code =
      switch alarm.priority {
      case .high: "1;37;41"
      case .medium: "30;43"
      case .low: "30;46"
      }
    return "\u{1b}[\(alarm.presence == .acknowledged ? "2" : code)m\(text)\u{1b}[0m"
  }

  private func quality(_ value: Double?) -> String {
    guard let value else { return "-" }
    let full = Int((value * 4).rounded())
    return String(repeating: "■", count: full) + String(repeating: "□", count: 4 - full)
  }

  /// The scores of the last seconds, full height where they reach the limit.
  private func trend(_ bed: StatusReport.Stream) -> String {
    let limit = bed.limit ?? 1
    return String(
      (trends[bed.id] ?? []).map { score in
        let part = limit > 0 ? min(max(score / limit, 0), 1) : 0
        return Self.bars[Int(part * Double(Self.bars.count - 1))]
      })
  }

  private func fit(_ text: String, _ columns: Int) -> String { String(text.prefix(columns)) }
}
