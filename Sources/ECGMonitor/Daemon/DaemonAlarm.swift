import ECGAlarm

/// One of the daemon's own conditions. It has no samples to count by, and goes by the clock: on
/// from the first sign, off ten seconds after the last.
struct DaemonAlarm {
  private let condition: ConditionName
  private let ending: String
  private var lastNs: UInt64?
  private static let clearAfterNs: UInt64 = 10_000_000_000

  init(_ condition: ConditionName, ending: String) {
    self.condition = condition
    self.ending = ending
  }

  /// There is a sign of the condition.
  mutating func take(_ reason: @autoclosure () -> String, nowNs: UInt64) -> [AlertWriter.Item] {
    defer { lastNs = nowNs }
    return lastNs == nil ? [.daemon(condition, .start, reason())] : []
  }

  /// Ends the alarm ten seconds after the last sign.
  mutating func tick(nowNs: UInt64) -> [AlertWriter.Item] {
    guard let last = lastNs, nowNs > last, nowNs - last >= Self.clearAfterNs else { return [] }
    lastNs = nil
    return [.daemon(condition, .end, ending)]
  }
}
