import ECGAlarm
import ECGWire

/// The times of the alerts that an operator heard, held against when their packets were due.
struct DaemonLatency {
  /// Sorted nanoseconds.
  struct Times {
    private(set) var values: [UInt64] = []

    mutating func sort() { values.sort() }
    mutating func append(_ value: UInt64) { values.append(value) }

    /// A quantile in milliseconds; nil where there is nothing.
    func ms(_ q: Double) -> Double? {
      guard !values.isEmpty else { return nil }
      let rank = Int((q * Double(values.count)).rounded(.up)) - 1
      return Double(values[min(max(rank, 0), values.count - 1)]) / 1e6
    }
  }

  private(set) var live = Times()
  private(set) var recovered = Times()
  private(set) var missing = 0
  /// Seconds after the load began.
  private(set) var overloadStarts: [Double] = []
  private(set) var overloadEnds: [Double] = []

  init(
    oracle: DaemonOracle, events: [(atNs: UInt64, event: AlertEvent)],
    turns: (first: Int, middle: Int, end: Int), beds: Int, live startNs: UInt64,
    relief: (beds: Int, startNs: UInt64)?, turnNs: UInt64, settling: Int
  ) {
    var came: Set<DaemonOracle.Key> = []
    let recoveredFrom = turns.end - (turns.end - turns.middle) * 2 / 5
    for (atNs, event) in events {
      if event.condition == .overload {
        let seconds = Double(Int64(atNs) - Int64(startNs)) / 1e9
        if event.phase == .start { overloadStarts.append(seconds) }
        if event.phase == .end { overloadEnds.append(seconds) }
      }
      guard let bed = event.stream.flatMap({ DaemonGateways.bed(named: $0) }) else { continue }
      let key = DaemonOracle.Key(
        bed: bed, condition: event.condition, phase: event.phase,
        sample: event.detection?.sample ?? -1)
      guard let turn = oracle.turns[key], turn >= turns.first + settling else { continue }
      came.insert(key)
      if turn < turns.middle {
        let due = DaemonGateways.dueNs(
          bed: bed, of: beds, turn: turn - turns.first, startNs: startNs, turnNs: turnNs)
        live.append(atNs > due ? atNs - due : 0)
      } else if let relief, turn >= recoveredFrom, bed < relief.beds {
        let due = DaemonGateways.dueNs(
          bed: bed, of: relief.beds, turn: turn - turns.middle, startNs: relief.startNs,
          turnNs: turnNs)
        recovered.append(atNs > due ? atNs - due : 0)
      }
    }
    live.sort()
    recovered.sort()
    for (key, turn) in oracle.turns
    where turn >= turns.first + settling && turn < turns.middle && !came.contains(key) {
      missing += 1
    }
  }
}
