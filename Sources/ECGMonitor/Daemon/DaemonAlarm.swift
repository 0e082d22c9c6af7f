import ECGAlarm
import ECGCore
import ECGPipeline

/// One of the daemon's own conditions. It has no samples to count by, and goes by the clock: on from
/// the first sign, off ten seconds after the last. What operators are told of it follows from the
/// same table as for every alarm.
struct DaemonAlarm {
  let condition: ConditionName
  private let ending: String
  /// Counts milliseconds.
  private var signal: AlarmSignal
  private var reason = ""
  private var acknowledger: String?
  private var lastNs: UInt64 = 0
  private static let clearAfterNs: UInt64 = 10_000_000_000
  private static let keepAliveMs: Int64 = 60_000

  init(_ condition: ConditionName, ending: String, acknowledgeSeconds: Double) {
    self.condition = condition
    self.ending = ending
    signal = AlarmSignal(
      AlarmSignal.Rule(
        isLatching: false, acknowledgeSamples: max(1, Int64(acknowledgeSeconds * 1000)),
        escalateAfterSamples: nil, keepAliveSamples: Self.keepAliveMs))
  }

  /// There is a sign of the condition.
  mutating func take(_ reason: @autoclosure () -> String, nowNs: UInt64) -> [AlertWriter.Item] {
    lastNs = nowNs
    guard signal.isOff else { return [] }
    self.reason = reason()
    return tell(.begin, nowNs: nowNs)
  }

  /// Ends the alarm ten seconds after the last sign, and lets acknowledgements run out.
  mutating func tick(nowNs: UInt64) -> [AlertWriter.Item] {
    guard !signal.isOff, nowNs > lastNs else { return [] }
    guard nowNs - lastNs >= Self.clearAfterNs else { return tell(.tick, nowNs: nowNs) }
    reason = ending
    return tell(.end, nowNs: nowNs)
  }

  /// An operator knows; nothing where the alarm is off.
  mutating func acknowledge(by name: String?, nowNs: UInt64) -> [AlertWriter.Item] {
    acknowledger = name
    return tell(.acknowledge, nowNs: nowNs)
  }

  private mutating func tell(_ input: AlarmSignal.Input, nowNs: UInt64) -> [AlertWriter.Item] {
    let now = SampleNumber(Int64(nowNs / 1_000_000))
    guard let event = signal.process(input, at: now) else { return [] }
    let acknowledged = signal.acknowledgedUntil.map { until in
      OperatorAct(by: acknowledger, until: until, untilTimeNs: nil)
    }
    return [
      .daemon(
        DaemonDraft(
          condition: condition, event: event, reason: reason, acknowledged: acknowledged))
    ]
  }
}

/// What the daemon has to tell of itself.
struct DaemonDraft: Sendable {
  var condition: ConditionName
  var event: AlarmSignal.Event
  var reason: String
  /// Until when it counts, in milliseconds of the monotonic clock.
  var acknowledged: OperatorAct?
}
