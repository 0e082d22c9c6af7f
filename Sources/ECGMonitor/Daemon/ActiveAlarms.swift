import ECGAlarm
import ECGCore
import ECGWire

/// The latest event of every alarm that is on: what a late operator is given, and what an operator
/// may acknowledge.
struct ActiveAlarms {
  /// An alarm that is on, and where it is to be found.
  struct Alarm {
    var stream: StreamID
    var event: AlertEvent
    /// Its number in its stream; nil for the daemon's own.
    var number: UInt64?
  }

  private var alarms: [String: Alarm] = [:]

  var count: Int { alarms.count }

  subscript(alarm: String) -> Alarm? { alarms[alarm] }

  mutating func take(_ written: AlertWriter.Written) {
    switch written.event.phase {
    case .start, .continue:
      alarms[written.event.alarm] = Alarm(
        stream: written.stream, event: written.event, number: written.alarmNumber)
    case .end: alarms[written.event.alarm] = nil
    }
  }

  /// An alarm of an earlier process that goes on.
  mutating func resume(_ alarm: Alarm) { alarms[alarm.event.alarm] = alarm }

  /// In the order in which they were published, of one stream or of all.
  func events(of stream: String?) -> [AlertEvent] {
    alarms.values.map(\.event).filter { stream == nil || $0.stream == stream }
      .sorted { $0.sequence < $1.sequence }
  }

  /// Writes what is on into a report.
  func fill(_ report: inout StatusReport) {
    report.activeAlarms = count
    let events = events(of: nil)
    let own = events.filter { $0.stream == nil }
    if !own.isEmpty { report.signals = own.map(StatusReport.Signal.init) }
    for i in report.streams.indices {
      let here = events.filter { $0.stream == report.streams[i].id }
      guard !here.isEmpty else { continue }
      report.streams[i].signals = here.map(StatusReport.Signal.init)
      report.streams[i].paused = here.first { $0.condition == .alarmsPaused }?.paused
      if report.streams[i].paused != nil { report.streams[i].state = .paused }
    }
  }
}
