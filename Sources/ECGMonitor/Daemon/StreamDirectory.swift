import ECGCore
import ECGWire

/// Which stream has which slot, and which shard watches it. Owned by the ingest thread.
struct StreamDirectory {
  struct Entry {
    let key: StreamKey
    let shard: Int
    /// The number of the key of the gateway that it was admitted for; nil without keys.
    let owner: Int?
    var lastPacketNs: UInt64
    /// Packets refused, by `RejectReason`.
    var refused = [UInt64](repeating: 0, count: RejectReason.count)
  }

  private var slots: [StreamKey: Int]
  private(set) var entries: [Entry?]
  private var free: [Int]
  let shards: Int

  init(maximumStreams: Int, shards: Int) {
    self.shards = shards
    slots = Dictionary(minimumCapacity: maximumStreams)
    entries = [Entry?](repeating: nil, count: maximumStreams)
    free = Array((0..<maximumStreams).reversed())
  }

  var count: Int { slots.count }

  func slot(of key: StreamKey) -> Int? { slots[key] }

  func shard(ofSlot slot: Int) -> Int { entries[slot]!.shard }

  /// A slot for a new stream; nil where none is free. A stream's shard follows from its name.
  mutating func admit(_ key: StreamKey, nowNs: UInt64, owner: Int? = nil) -> Int? {
    guard let slot = free.popLast() else { return nil }
    slots[key] = slot
    entries[slot] = Entry(
      key: key, shard: Int(key.stableHash % UInt64(shards)), owner: owner, lastPacketNs: nowNs)
    return slot
  }

  mutating func touch(_ slot: Int, nowNs: UInt64) { entries[slot]!.lastPacketNs = nowNs }

  mutating func countRefused(_ reason: RejectReason, slot: Int) {
    entries[slot]!.refused[reason.rawValue] += 1
  }

  /// Lets a stream go; its slot is free for another.
  mutating func discharge(_ slot: Int) {
    guard let entry = entries[slot] else { return }
    slots[entry.key] = nil
    entries[slot] = nil
    free.append(slot)
  }
}
