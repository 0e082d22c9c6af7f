import Synchronization

/// The few figures that the main thread shows to the service manager, written by the threads that
/// know them.
final class StatusBoard: Sendable {
  let streams = Atomic<Int>(0)
  let packets = Atomic<UInt64>(0)
  let alertsPublished = Atomic<UInt64>(0)
  let activeAlarms = Atomic<Int>(0)

  var line: String {
    let streams = streams.load(ordering: .relaxed)
    let alarms = activeAlarms.load(ordering: .relaxed)
    return "watching \(streams) streams, \(alarms) alarms on, "
      + "\(alertsPublished.load(ordering: .relaxed)) alerts published, "
      + "\(packets.load(ordering: .relaxed)) packets taken"
  }
}
