import ECGAlarm
import ECGCore
import ECGPipeline
import ECGWire

/// Which alarm each strip belongs to: a strip comes ten seconds after its alarm's start, by the
/// stream's own number of the alarm.
struct StripOwners {
  private struct Key: Hashable {
    var stream: StreamID
    var number: UInt64
  }

  private var alarms: [Key: String] = [:]
  /// The order in which alarms started, to forget those whose strip never came.
  private var order: [Key] = []
  /// Strips that overtook their alarm.
  private var orphans: [(stream: StreamID, number: UInt64, samples: [UInt8])] = []
  private static let alarmLimit = 4096
  private static let orphanLimit = 64

  /// Remembers the alarms that start.
  mutating func take(_ items: [AlertWriter.Item], _ written: [AlertWriter.Written]) {
    for (item, event) in zip(items, written) {
      guard case .stream(let draft, let facts) = item, draft.transition.phase == .start else {
        continue
      }
      let key = Key(stream: facts.stream, number: draft.alarmNumber)
      alarms[key] = event.event.alarm
      order.append(key)
    }
    guard order.count > Self.alarmLimit else { return }
    for key in order.prefix(Self.alarmLimit / 2) { alarms[key] = nil }
    order.removeFirst(Self.alarmLimit / 2)
  }

  /// The strips whose alarm is known, each with its id.
  mutating func own(
    _ arrived: [(stream: StreamID, number: UInt64, samples: [UInt8])]
  ) -> [(alarm: String, samples: [UInt8])] {
    guard !arrived.isEmpty || !orphans.isEmpty else { return [] }
    var owned: [(alarm: String, samples: [UInt8])] = []
    var waiting: [(stream: StreamID, number: UInt64, samples: [UInt8])] = []
    for strip in orphans + arrived {
      if let alarm = alarms.removeValue(forKey: Key(stream: strip.stream, number: strip.number)) {
        owned.append((alarm, strip.samples))
      } else {
        waiting.append(strip)
      }
    }
    orphans = waiting.suffix(Self.orphanLimit)
    return owned
  }
}
