import ECGCore
import ECGWire

/// The bounded queues between the daemon's threads, for whoever asks how full they are.
struct DaemonQueues: Sendable {
  let shards: [ShardChannel]
  /// By shard.
  let waveforms: [ByteRing]

  /// How full each one is now.
  var report: [StatusReport.Queue] {
    shards.indices.flatMap { i in
      [
        Self.bytes(.packets, i, shards[i].packets), Self.bytes(.strips, i, shards[i].strips),
        Self.bytes(.waveforms, i, waveforms[i]),
        StatusReport.Queue(
          name: .reports, shard: i, unit: .records, used: shards[i].reports.count,
          capacity: shards[i].reports.capacity),
      ]
    }
  }

  private static func bytes(
    _ name: StatusReport.Queue.Name, _ shard: Int, _ ring: ByteRing
  ) -> StatusReport.Queue {
    StatusReport.Queue(
      name: name, shard: shard, unit: .bytes, used: ring.count, capacity: ring.capacity)
  }
}
