import ECGAlarm
import ECGCore
import ECGWire

/// The daemon's own condition: new streams are refused because the limit is reached. It has no
/// samples to count by, and goes by the clock.
struct StreamRefusals {
  private var lastNs: UInt64?
  private static let clearAfterNs: UInt64 = 10_000_000_000

  /// A stream was refused.
  mutating func take(_ key: StreamKey, nowNs: UInt64) -> [AlertWriter.Item] {
    defer { lastNs = nowNs }
    return lastNs == nil ? [.daemon(.streamLimit, .start, "stream \(key) was refused")] : []
  }

  /// Ends the alarm ten seconds after the last refusal.
  mutating func tick(nowNs: UInt64) -> [AlertWriter.Item] {
    guard let last = lastNs, nowNs > last, nowNs - last >= Self.clearAfterNs else { return [] }
    lastNs = nil
    return [.daemon(.streamLimit, .end, "no stream has been refused for ten seconds")]
  }
}
