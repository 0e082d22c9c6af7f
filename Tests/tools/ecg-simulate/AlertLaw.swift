import ECGAlarm
import ECGWire

/// What operators may rely on, whatever happens: every alarm has one start and one end, nothing is
/// told twice, no number is used twice, and of two alarms of one kind only one is on.
struct AlertLaw {
  private struct Place: Hashable {
    var stream: String
    var condition: ConditionName
  }

  /// The last event of each alarm that is on, by its id.
  private(set) var open: [String: AlertEvent] = [:]
  private(set) var told: [String: AlertEvent] = [:]
  private var places: [Place: String] = [:]
  /// A checksum of every event in the order in which operators were told (FNV-1a).
  private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Takes an event that an operator is told for the first time.
  mutating func take(_ event: AlertEvent) throws(Breach) {
    try hold(told[event.id] == nil, "\(event.id) is told twice")
    told[event.id] = event
    for byte in event.encoded() { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let place = Place(stream: event.stream ?? "", condition: event.condition)
    let words = "\(event.id): \(event.phase) of \(event.condition) of alarm \(event.alarm)"
    try hold((event.presence == .off) == (event.phase == .end), "\(words) is \(event.presence)")
    switch event.phase {
    case .start:
      try hold(event.alarm == event.id, "\(words) begins under another name")
      try hold(places[place] == nil, "\(words), while \(places[place] ?? "") is on")
      places[place] = event.alarm
      open[event.alarm] = event
    case .continue, .end:
      let last = open[event.alarm]
      try hold(last != nil, "\(words), which is not on")
      try hold(last!.condition == event.condition, "\(words), which is \(last!.condition)")
      // Its time may be another, where the gateway's clock was set.
      try hold(
        last!.onset?.sample == event.onset?.sample,
        "\(event.words) has another onset than \(last!.words)")
      try hold(
        !Self.isKept(last!) || last!.sequence < event.sequence, "\(words) is older than the last")
      if event.phase == .end { places[place] = nil }
      open[event.alarm] = event.phase == .end ? nil : event
    }
  }

  /// Takes what the daemon says to be on. Alarms that were told while nothing could be kept may be
  /// unknown to a daemon that was started after.
  mutating func compare(_ on: [AlertEvent], isNewDaemon: Bool) throws(Breach) {
    for (alarm, event) in open where !on.contains(where: { $0.alarm == alarm }) {
      try hold(
        isNewDaemon && !Self.isKept(event),
        "\(alarm) (\(event.condition)) is on, and the daemon does not say so")
      forget(alarm)
    }
    for event in on {
      let own = open[event.alarm]
      try hold(
        own?.encoded() == event.encoded(),
        "the daemon says \(event.words), and told \(own?.words ?? "nothing of it")")
    }
  }

  /// A disk that failed took with it what was told in the meantime: what was kept is what holds. What
  /// it kept after all, and was told under another name, is not told once more.
  mutating func fallBack(to kept: [AlertEvent]) {
    let renamed = Set(
      told.values.filter { !Self.isKept($0) }.map {
        $0.id.split(separator: "-").dropLast().joined(separator: "-")
      })
    (open, places) = ([:], [:])
    for event in kept where told[event.id] != nil || renamed.contains(event.id) {
      told[event.id] = event
      let place = Place(stream: event.stream ?? "", condition: event.condition)
      open[event.alarm] = event.phase == .end ? nil : event
      places[place] = event.phase == .end ? nil : event.alarm
    }
  }

  private mutating func forget(_ alarm: String) {
    guard let event = open.removeValue(forKey: alarm) else { return }
    places[Place(stream: event.stream ?? "", condition: event.condition)] = nil
  }

  /// Whether the event was on the disk before it was told: such ids have no time in them.
  static func isKept(_ event: AlertEvent) -> Bool {
    !event.id.split(separator: ":").last!.contains("-")
  }
}

extension AlertEvent {
  /// The event as operators see it.
  var words: String { String(decoding: encoded(), as: UTF8.self) }
}
