import ECGAlarm
import ECGWire

/// What a report counts, from events in the order of the journal.
struct ReportFigures {
  /// One alarm, from its start on.
  struct Alarm {
    var id: String
    var stream: String?
    var condition: ConditionName
    var priority: AlarmPriority
    var startMs: Int64
    var endMs: Int64?
    /// When an operator acknowledged it first.
    var acknowledgedMs: Int64?
    var quality: Double?

    /// How long nobody acknowledged it while it was on.
    func unacknowledgedMs(nowMs: Int64) -> Int64 {
      max(0, min(acknowledgedMs ?? .max, endMs ?? nowMs) - startMs)
    }
  }

  struct Bed {
    var name: String
    var alarms = 0
    var physiological = 0
    var high = 0
    /// Milliseconds in which at least one alarm was counted on.
    var onMs: Int64 = 0
    var qualities: [Double] = []
    var firstMs: Int64
    var lastMs: Int64

    var quality: Double? {
      qualities.isEmpty ? nil : qualities.reduce(0, +) / Double(qualities.count)
    }
  }

  let fromMs: Int64
  let toMs: Int64
  private(set) var alarms: [Alarm] = []
  private(set) var events = 0
  private var places: [String: Int] = [:]
  private var beds: [String: Bed] = [:]

  private static let hourMs: Int64 = 3_600_000

  init(fromMs: Int64, toMs: Int64) {
    self.fromMs = fromMs
    self.toMs = toMs
  }

  mutating func take(_ event: AlertEvent, atMs: Int64) {
    events += 1
    if let stream = event.stream {
      var bed = beds[stream] ?? Bed(name: stream, firstMs: atMs, lastMs: atMs)
      bed.lastMs = atMs
      if let quality = event.quality?.index { bed.qualities.append(quality) }
      beds[stream] = bed
    }
    if event.phase == .start {
      places[event.alarm] = alarms.count
      alarms.append(
        Alarm(
          id: event.alarm, stream: event.stream, condition: event.condition,
          priority: event.priority, startMs: atMs, quality: event.quality?.index))
      if let stream = event.stream {
        beds[stream]!.alarms += 1
        if event.kind == .physiological { beds[stream]!.physiological += 1 }
        if event.priority == .high { beds[stream]!.high += 1 }
      }
    }
    guard let place = places[event.alarm] else { return }
    alarms[place].priority = max(alarms[place].priority, event.priority)
    if event.acknowledged != nil, alarms[place].acknowledgedMs == nil {
      alarms[place].acknowledgedMs = atMs
    }
    if event.phase == .end {
      alarms[place].endMs = atMs
      if let stream = event.stream { beds[stream]!.onMs += atMs - alarms[place].startMs }
    }
  }

  /// Each bed counts from its first to its last event, at least one hour.
  var bedDays: Double {
    beds.values.reduce(0) {
      $0 + Double(max($1.lastMs - $1.firstMs, Self.hourMs)) / Double(24 * Self.hourMs)
    }
  }

  var bedAlarms: Int { alarms.count { $0.stream != nil } }
  var perBedDay: Double? { bedDays > 0 ? Double(bedAlarms) / bedDays : nil }
  var acknowledged: Int { alarms.count { $0.acknowledgedMs != nil } }

  /// The most alarms first.
  var topBeds: [Bed] {
    beds.values.sorted { ($1.alarms, $0.name) < ($0.alarms, $1.name) }
  }

  var conditions: [(name: ConditionName, count: Int)] {
    Dictionary(grouping: alarms, by: \.condition).map { ($0.key, $0.value.count) }
      .sorted { ($1.count, $0.name.rawValue) < ($0.count, $1.name.rawValue) }
  }

  func count(_ priority: AlarmPriority) -> Int { alarms.count { $0.priority == priority } }

  /// Those that nobody acknowledged for longest, first.
  func longestUnacknowledged(_ most: Int) -> [Alarm] {
    Array(
      alarms.sorted {
        ($1.unacknowledgedMs(nowMs: toMs), $0.id) < ($0.unacknowledgedMs(nowMs: toMs), $1.id)
      }.prefix(most))
  }
}
