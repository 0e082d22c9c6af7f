import ECGAlarm

/// All alarms about the daemon itself. Owned by the publisher thread.
struct DaemonAlarms {
  private var alarms: [DaemonAlarm]

  init(acknowledgeSeconds: Double) {
    let endings: [(ConditionName, String)] = [
      (.streamLimit, "no stream has been refused for ten seconds"),
      (.overload, "ecgd has kept up for ten seconds"),
      (.wrongfulGateway, "no gateway has sent what it may not for ten seconds"),
      (.journalFailure, "alerts are kept again; those of the meantime have been added"),
      (.slowOperator, "no operator has been cut off for ten seconds"),
    ]
    alarms = endings.map {
      DaemonAlarm($0.0, ending: $0.1, acknowledgeSeconds: acknowledgeSeconds)
    }
  }

  /// There is a sign of a condition.
  mutating func take(
    _ condition: ConditionName, _ reason: @autoclosure () -> String
  ) -> [AlertWriter.Item] {
    guard let i = index(condition) else { preconditionFailure("\(condition) is a stream's") }
    return alarms[i].take(reason(), nowNs: MonotonicClock.nanoseconds())
  }

  mutating func tick(nowNs: UInt64) -> [AlertWriter.Item] {
    var items: [AlertWriter.Item] = []
    for i in alarms.indices { items += alarms[i].tick(nowNs: nowNs) }
    return items
  }

  /// An operator knows; nothing where that alarm is off.
  mutating func acknowledge(_ condition: ConditionName, by name: String?) -> [AlertWriter.Item] {
    guard let i = index(condition) else { return [] }
    return alarms[i].acknowledge(by: name, nowNs: MonotonicClock.nanoseconds())
  }

  private func index(_ condition: ConditionName) -> Int? {
    alarms.firstIndex { $0.condition == condition }
  }
}
