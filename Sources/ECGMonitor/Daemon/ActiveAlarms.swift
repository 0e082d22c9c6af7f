import ECGAlarm
import ECGWire

/// The latest event of every alarm that is on: what a late operator is given.
struct ActiveAlarms {
  private var events: [String: AlertEvent] = [:]

  var count: Int { events.count }

  mutating func take(_ event: AlertEvent) {
    switch event.phase {
    case .start, .continue: events[event.alarm] = event
    case .end: events[event.alarm] = nil
    }
  }

  /// In the order in which they were published, of one stream or of all.
  func events(of stream: String?) -> [AlertEvent] {
    events.values.filter { stream == nil || $0.stream == stream }
      .sorted { $0.sequence < $1.sequence }
  }
}
