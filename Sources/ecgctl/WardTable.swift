import ECGAlarm
import ECGWire

/// What the ward's screen knows: the beds, their last scores, the alarms that are on, and which bed
/// is chosen.
struct WardTable {
  var message = ""
  /// The daemon does not answer.
  var isAway = false
  private(set) var status: StatusReport?
  private(set) var active: [String: AlertEvent] = [:]
  /// By bed, one value a second; nil where there was no signal to judge.
  private(set) var trends: [String: [Double?]] = [:]
  private(set) var chosen = 0

  static let trendLength = 20

  mutating func take(_ news: WatchSession.News) {
    switch news {
    case .snapshot(let events):
      active = Dictionary(events.map { ($0.alarm, $0) }) { $1 }
    case .event(let event, _): active[event.alarm] = event.phase == .end ? nil : event
    case .lost(let count): message = "\(count) events lost: the journal does not have them"
    case .renumbered: message = "the daemon counts its events anew"
    case .away, .back: break
    }
  }

  mutating func take(_ answer: WardDesk.Answer) {
    switch answer {
    case .told(let words): message = words
    case .status(let new): take(new)
    }
  }

  private mutating func take(_ new: StatusReport) {
    let bed = chosenBed
    status = new
    for stream in new.streams {
      let score = stream.hasSignal ? stream.score : nil
      trends[stream.id] = ((trends[stream.id] ?? []) + [score]).suffix(Self.trendLength)
    }
    let names = Set(new.streams.map(\.id))
    trends = trends.filter { names.contains($0.key) }
    // Another bed that comes or goes does not move the choice.
    let last = max(0, new.streams.count - 1)
    chosen = new.streams.firstIndex { $0.id == bed } ?? min(chosen, last)
  }

  var beds: [StatusReport.Stream] { status?.streams ?? [] }
  var chosenBed: String? { beds.indices.contains(chosen) ? beds[chosen].id : nil }

  mutating func move(_ by: Int) { chosen = min(max(0, chosen + by), max(0, beds.count - 1)) }

  /// Chooses the next bed whose alarm nobody has acknowledged, from the chosen one on.
  mutating func moveToAlarm() {
    let order = beds.indices.map { (chosen + 1 + $0) % beds.count }
    let next = order.first { i in
      alarms(of: beds[i].id).contains { $0.presence != .acknowledged }
    }
    if let next { chosen = next } else { message = "no bed has an alarm to acknowledge" }
  }

  /// A bed's alarms, or the daemon's own: the most urgent first, of those the unacknowledged ones.
  func alarms(of bed: String?) -> [AlertEvent] {
    active.values.filter { $0.stream == bed }.sorted(by: Self.isMoreUrgent)
  }

  static func isMoreUrgent(_ a: AlertEvent, _ b: AlertEvent) -> Bool {
    if a.priority != b.priority { return a.priority > b.priority }
    let (isKnown, isOtherKnown) = (a.presence == .acknowledged, b.presence == .acknowledged)
    return isKnown == isOtherKnown ? a.sequence > b.sequence : isOtherKnown
  }
}

extension StatusReport.Stream {
  /// Whether what was measured of it last is still true.
  var hasSignal: Bool {
    // Not by the state: it may be `paused` instead.
    !alarms.contains(ConditionName.leadOff.rawValue)
      && !alarms.contains(ConditionName.streamSilent.rawValue)
  }
}
