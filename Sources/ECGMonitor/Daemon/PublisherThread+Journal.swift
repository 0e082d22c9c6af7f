import ECGAlarm
import ECGCore
import ECGWire

extension PublisherThread {
  /// Takes the strips that the shards have cut; after the alarms that they belong to.
  mutating func takeStrips() {
    var arrived: [(stream: StreamID, number: UInt64, samples: [UInt8])] = []
    for i in 0..<shards.count {
      let streams = streamsOfSlots[i]
      let ring = shards[i].strips
      while arrived.count < Self.stripsPerTurn,
        ring.pop({ bytes, slot, number in
          guard let stream = streams[Int(slot)] else { return }
          var samples = [UInt8](repeating: 0, count: bytes.byteCount)
          for k in 0..<bytes.byteCount {
            samples[k] = unsafe bytes.unsafeLoad(fromByteOffset: k, as: UInt8.self)
          }
          arrived.append((stream, number, samples))
        })
      {}
    }
    writer.keepStrips(arrived, log: log)
  }

  /// Strips written to the journal in one transaction.
  static let stripsPerTurn = 64

  /// While alerts are published and not kept, an alarm says so.
  mutating func tellOfJournal() {
    if let damage = writer.takeDamage() { publish(alarms.take(.journalFailure, damage)) }
    guard let trouble = writer.trouble else { return }
    publish(alarms.take(.journalFailure, "alerts are published but not kept: \(trouble)"))
  }
}
