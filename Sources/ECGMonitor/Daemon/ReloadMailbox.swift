public import ECGPipeline
import Synchronization

/// The newest settings for the shards; each takes them once. Written when an administrator
/// reloads, read once a turn: the lock is free all but always, and never held for long.
final class ReloadMailbox: Sendable {
  private let settings = Mutex(AlarmSettings())
  private let version = Atomic<UInt64>(0)

  func put(_ new: AlarmSettings) {
    settings.withLock { $0 = new }
    version.wrappingAdd(1, ordering: .releasing)
  }

  /// Settings newer than version `seen`; nil, after one atomic load, where there are none.
  func take(after seen: inout UInt64) -> AlarmSettings? {
    let now = version.load(ordering: .acquiring)
    guard now != seen else { return nil }
    seen = now
    return settings.withLock { $0 }
  }
}

extension AlarmSettings {
  /// What a configuration says of alarms.
  public init(_ configuration: Configuration) {
    self.init()
    let alarm = configuration.alarm
    limit = alarm.limit.map { Float($0) }
    falseAlertsPerHour = alarm.falseAlertsPerHour
    k = alarm.persistence.k
    n = alarm.persistence.n
    onsetDelaySeconds = Double(alarm.onsetDelayMs) / 1000
    clearMargin = Float(alarm.clearMargin)
    clearAfterSeconds = alarm.clearAfterSeconds
    minimumQuality = Float(alarm.minimumQuality)
    asystoleSeconds = alarm.asystoleSeconds
    pauseSeconds = alarm.pauseSeconds
    bradycardiaPerMinute = alarm.bradycardiaPerMinute
    tachycardiaPerMinute = alarm.tachycardiaPerMinute
    ventricularPerMinute = alarm.ventricularPerMinute
    ventricularScore = Float(alarm.ventricularScore)
    fibrillationLeakage = alarm.fibrillationLeakage
    latching = Set(alarm.latching)
    acknowledgeSeconds = alarm.acknowledgeSeconds
    escalateAfterSeconds = alarm.escalateAfterSeconds
    silentAfterSeconds = configuration.streams.silentAfterSeconds
  }
}
