import ECGAlarm
import ECGWire

/// What a `watch` has seen.
struct WatchSummary {
  private(set) var events = 0
  private(set) var lost: Int64 = 0
  /// Messages that were no alert events.
  var unreadable = 0
  private var started: [AlarmPriority: Int] = [:]
  private var open: Set<String> = []
  private var lastSequence: [String: Int64] = [:]

  /// Counts an event; returns how many of its stream were lost before it.
  mutating func take(_ event: AlertEvent) -> Int64? {
    events += 1
    switch event.phase {
    case .start:
      started[event.priority, default: 0] += 1
      open.insert(event.alarm)
    case .continue: open.insert(event.alarm)
    case .end: open.remove(event.alarm)
    }
    let stream = event.stream ?? ""
    defer { lastSequence[stream] = event.streamSequence }
    guard let last = lastSequence[stream], event.streamSequence > last + 1 else { return nil }
    lost += event.streamSequence - last - 1
    return event.streamSequence - last - 1
  }

  var text: String {
    let counts = AlarmPriority.allCases.reversed().map { "\(started[$0] ?? 0) \($0.rawValue)" }
    var text =
      "\(events) \(events == 1 ? "event" : "events") of \(lastSequence.count) "
      + "\(lastSequence.count == 1 ? "stream" : "streams"); started: "
      + counts.joined(separator: ", ") + "; still on: \(open.count)"
    if lost > 0 { text += "; lost: \(lost)" }
    if unreadable > 0 { text += "; unreadable: \(unreadable)" }
    return text
  }
}
