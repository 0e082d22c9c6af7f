import ECGAlarm
import ECGWire

/// What a report counts, from events in the order of the journal.
struct ReportFigures {
  /// One alarm, from its start on; of one that was on before, from the beginning of the report.
  struct Alarm {
    var id: String
    var stream: String?
    var condition: ConditionName
    var priority: AlarmPriority
    /// It started before the time that is reported: it counts as on, and not as an alarm more.
    var isFromBefore = false
    var startMs: Int64
    var endMs: Int64?
    /// When an operator acknowledged it first.
    var acknowledgedMs: Int64?

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
    /// Milliseconds in which at least one alarm was on.
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
    if places[event.alarm] == nil { begin(event, atMs: atMs) }
    guard let place = places[event.alarm] else { return }
    alarms[place].priority = max(alarms[place].priority, event.priority)
    if event.acknowledged != nil, alarms[place].acknowledgedMs == nil {
      alarms[place].acknowledgedMs = atMs
    }
    if event.phase == .end { alarms[place].endMs = atMs }
  }

  private mutating func begin(_ event: AlertEvent, atMs: Int64) {
    let isFromBefore = event.phase != .start
    places[event.alarm] = alarms.count
    alarms.append(
      Alarm(
        id: event.alarm, stream: event.stream, condition: event.condition,
        priority: event.priority, isFromBefore: isFromBefore,
        startMs: isFromBefore ? fromMs : atMs))
    guard let stream = event.stream else { return }
    guard !isFromBefore else {
      beds[stream]!.firstMs = fromMs
      return
    }
    beds[stream]!.alarms += 1
    if event.kind == .physiological { beds[stream]!.physiological += 1 }
    if event.priority == .high { beds[stream]!.high += 1 }
  }

  /// Each bed counts from its first to its last event, at least one hour; one with an alarm from
  /// before, from the beginning on.
  var bedDays: Double {
    beds.values.reduce(0) {
      $0 + Double(max($1.lastMs - $1.firstMs, Self.hourMs)) / Double(24 * Self.hourMs)
    }
  }

  /// The alarms that started in the time that is reported.
  var started: [Alarm] { alarms.filter { !$0.isFromBefore } }
  var bedAlarms: Int { started.count { $0.stream != nil } }
  /// Those that are about a heart, and not about a lead, a gap or the daemon.
  var physiological: Int { started.count { $0.condition.kind == .physiological } }
  var perBedDay: Double? { bedDays > 0 ? Double(bedAlarms) / bedDays : nil }
  var acknowledged: Int { started.count { $0.acknowledgedMs != nil } }

  /// The most alarms first.
  var topBeds: [Bed] {
    let own = Dictionary(grouping: alarms, by: { $0.stream ?? "" })
    return beds.values.map { bed in
      var bed = bed
      bed.onMs = Self.coveredMs((own[bed.name] ?? []).map { ($0.startMs, $0.endMs ?? toMs) })
      return bed
    }.sorted { ($1.alarms, $0.name) < ($0.alarms, $1.name) }
  }

  /// The length of what the spans cover together.
  private static func coveredMs(_ spans: [(from: Int64, to: Int64)]) -> Int64 {
    var covered: Int64 = 0
    var end = Int64.min
    for span in spans.sorted(by: { $0.from < $1.from }) {
      covered += max(0, span.to - max(span.from, end))
      end = max(end, span.to)
    }
    return covered
  }

  var conditions: [(name: ConditionName, count: Int)] {
    Dictionary(grouping: started, by: \.condition).map { ($0.key, $0.value.count) }
      .sorted { ($1.count, $0.name.rawValue) < ($0.count, $1.name.rawValue) }
  }

  func count(_ priority: AlarmPriority) -> Int { started.count { $0.priority == priority } }

  /// Those that nobody acknowledged for longest, first.
  func longestUnacknowledged(_ most: Int) -> [Alarm] {
    Array(
      alarms.sorted {
        ($1.unacknowledgedMs(nowMs: toMs), $0.id) < ($0.unacknowledgedMs(nowMs: toMs), $1.id)
      }.prefix(most))
  }
}
