import ECGCore
import Glibc
import Logging
import Synchronization

/// Gathers the streams' states from the shards and writes them to the disk, on a thread of its own
/// that nobody waits for: a disk that hangs delays nothing but the checkpoint.
///
/// That is why the watchdog does not wait for this thread while it writes; `ageNs` tells how old the
/// last checkpoint is, and the service loop complains where it is too old.
final class CheckpointKeeper: Sendable {
  /// States on their way here, one ring for each shard; the tag is `tag(slot:isGone:)`, the word the
  /// time.
  let rings: [ByteRing]
  let doorbell: Doorbell
  private let file: CheckpointFile
  private let everyNs: UInt64
  private let log: RateLimitedLog
  private let heartbeat: ThreadProgress.Heartbeat
  private let isStopping = Atomic<Bool>(false)
  private let writtenNs: Atomic<UInt64>
  private let failures = Atomic<UInt64>(0)

  /// The largest state of a stream that is kept.
  static let recordBytes = 1 << 17
  private static let ringBytes = 1 << 20

  init(
    _ file: CheckpointFile, everySeconds: Double, shards: Int,
    heartbeat: ThreadProgress.Heartbeat, log: RateLimitedLog
  ) throws(SystemCallError) {
    self.file = file
    // A state waits for its turn at the shard, and then for the file: half of the time for each.
    everyNs = UInt64(everySeconds * 0.5e9)
    self.log = log
    self.heartbeat = heartbeat
    rings = (0..<shards).map { _ in ByteRing(minimumCapacity: Self.ringBytes) }
    doorbell = try Doorbell()
    writtenNs = Atomic(MonotonicClock.nanoseconds())
  }

  static func tag(slot: Int, isGone: Bool) -> UInt32 { UInt32(slot) << 1 | (isGone ? 1 : 0) }

  /// How often a shard offers each stream's state.
  var intervalNs: UInt64 { everyNs }

  /// How long ago a checkpoint was last known to be on the disk.
  func ageNs(nowNs: UInt64) -> UInt64 {
    let written = writtenNs.load(ordering: .relaxed)
    return nowNs > written ? nowNs - written : 0
  }

  /// Older than this, something is wrong.
  var alarmingAgeNs: UInt64 { max(3 * everyNs, 30_000_000_000) }

  /// What the thread has gathered and not yet written.
  struct Gathered {
    fileprivate var records: [Int: [UInt8]]
    fileprivate var hasNews = false
    /// When the file was last written, or could not be.
    fileprivate var triedNs: UInt64 = 0

    /// - Parameter restored: by slot, the states of streams that were taken over: they must be in the
    ///   next file even where the shards have not offered them again yet.
    init(restored: [Int: [UInt8]] = [:]) { records = restored }
  }

  /// The thread's loop: until told to stop, and then until the last state is on the disk.
  func run(_ gathered: Gathered) {
    var gathered = gathered
    defer { heartbeat.retire() }
    while turn(&gathered) {
      doorbell.sleep(timeoutMs: 250) { isStopping.load(ordering: .acquiring) }
    }
  }

  /// One turn of the loop; false where it was the last.
  func turn(_ gathered: inout Gathered) -> Bool {
    heartbeat.beat()
    // What came before the sign to stop is part of the last checkpoint.
    let isLast = isStopping.load(ordering: .acquiring)
    if takeStates(&gathered.records) { gathered.hasNews = true }
    let now = MonotonicClock.nanoseconds()
    let isDue = ageNs(nowNs: now) >= everyNs && now - gathered.triedNs >= everyNs
    if isLast || (gathered.hasNews && isDue) {
      gathered.triedNs = now
      // What could not be written is news until it can.
      if write(gathered.records) { gathered.hasNews = false }
    } else if !gathered.hasNews {
      // Nothing has changed since: what is on the disk is as good as new.
      writtenNs.store(now, ordering: .relaxed)
    }
    return !isLast
  }

  /// Ends `run` once every state that was handed over is on the disk.
  func stop() {
    isStopping.store(true, ordering: .releasing)
    doorbell.ringAlways()
  }

  private func takeStates(_ records: inout [Int: [UInt8]]) -> Bool {
    var isNew = false
    for ring in rings {
      while ring.pop({ bytes, tag, _ in
        isNew = true
        let slot = Int(tag >> 1)
        records[slot] = tag & 1 == 1 ? nil : unsafe bytes.withUnsafeBytes { unsafe Array($0) }
      }) {}
    }
    return isNew
  }

  private func write(_ records: [Int: [UInt8]]) -> Bool {
    do {
      try heartbeat.excused { () throws(SystemCallError) in
        try file.write(.now(), records.keys.sorted().map { records[$0]! })
      }
      writtenNs.store(MonotonicClock.nanoseconds(), ordering: .relaxed)
      if failures.exchange(0, ordering: .relaxed) > 0 {
        log.log(.notice, kind: "checkpoint", "checkpoints are written again")
      }
      return true
    } catch {
      _ = failures.add(1, ordering: .relaxed)
      log.log(
        .error, kind: "checkpoint",
        "the checkpoint could not be written: a crash now would forget the patients: \(error)")
      return false
    }
  }
}
