import ECGCore
import ECGPipeline
import ECGWire
import Glibc
import Logging

/// Offers a shard's streams, one after the other, to the keeper of checkpoints: each once in an
/// interval, at a moment when nothing of it is on its way. Owned by the shard's thread; allocates
/// nothing after `init`, takes no lock, and does not wait.
struct StateSaver {
  private let keeper: CheckpointKeeper
  private let ring: ByteRing
  private var state = StateCoder(capacity: CheckpointKeeper.recordBytes)
  private let modelHash: String
  private var next = 0
  private var savedNs: UInt64 = 0
  /// By slot, the last packet that a saved state has seen.
  private var seenNs: [UInt64]
  private let log: RateLimitedLog

  init(
    _ keeper: CheckpointKeeper, shard: Int, maximumStreams: Int, modelHash: String,
    log: RateLimitedLog
  ) {
    seenNs = [UInt64](repeating: 0, count: maximumStreams)
    self.keeper = keeper
    ring = keeper.rings[shard]
    self.modelHash = modelHash
    self.log = log
  }

  /// Saves the next stream where one is due. While packets wait, it must be overdue.
  mutating func turn(
    _ shard: Shard, _ facts: [Int: WatchedStream], isIdle: Bool, nowNs: UInt64
  ) {
    guard shard.streamCount > 0 else { return }
    let share = keeper.intervalNs / UInt64(shard.streamCount)
    guard nowNs - savedNs >= (isIdle ? share : 2 * share) else { return }
    guard let slot = shard.slot(from: next) ?? shard.slot(from: 0), let stream = facts[slot] else {
      return
    }
    if isSaved(slot, of: shard) || save(slot, stream, of: shard) {
      next = slot + 1
      savedNs = nowNs
    }
  }

  /// Saves every stream before the thread ends; waits for room, but not for ever.
  mutating func saveAll(_ shard: Shard, _ facts: [Int: WatchedStream], _ beat: () -> Void) {
    let endNs = MonotonicClock.nanoseconds() + 2_000_000_000
    for slot in shard.slots {
      guard let stream = facts[slot] else { continue }
      while !save(slot, stream, of: shard), MonotonicClock.nanoseconds() < endNs {
        beat()
        keeper.doorbell.ring()
        usleep(1000)
      }
    }
  }

  /// The stream has ended: nothing is to be kept of it.
  mutating func forget(slot: Int) {
    seenNs[slot] = 0
    while !ring.push(RawSpan(), tag: CheckpointKeeper.tag(slot: slot, isGone: true), word: 0) {
      keeper.doorbell.ring()
      usleep(200)
    }
  }

  /// The last packet that the slot's last saved state has seen; nil where none was saved.
  func stamp(slot: Int) -> UInt64? { seenNs[slot] == 0 ? nil : seenNs[slot] }

  private func isSaved(_ slot: Int, of shard: Shard) -> Bool {
    seenNs[slot] != 0 && seenNs[slot] == shard.lastReceivedNs(slot: slot)
  }

  private mutating func save(_ slot: Int, _ stream: WatchedStream, of shard: Shard) -> Bool {
    guard shard.isQuiet(slot: slot) else { return false }
    let received = shard.lastReceivedNs(slot: slot)
    write(slot, stream, received, shard)
    if let failure = state.failure {
      log.log(.error, kind: "checkpoint", "stream \(stream.id) cannot be kept: \(failure)")
      return true
    }
    let ring = ring
    let isPushed = state.withBytes {
      ring.push($0, tag: CheckpointKeeper.tag(slot: slot, isGone: false), word: received)
    }
    if isPushed { seenNs[slot] = received }
    return isPushed
  }

  private mutating func write(
    _ slot: Int, _ stream: WatchedStream, _ received: UInt64, _ shard: Shard
  ) {
    state.reset()
    var record = Record(
      stream: stream.id.name, modelHash: modelHash, receivedNs: received, watched: stream,
      slot: slot, shard: shard)
    record.code(&state)
  }

  /// A `CheckpointRecord` with the pipeline where it is.
  private struct Record: Checkpointed {
    var stream: String
    var modelHash: String
    var receivedNs: UInt64
    var watched: WatchedStream
    let slot: Int
    let shard: Shard

    mutating func code(_ state: inout StateCoder) {
      CheckpointRecord.codeHead(&stream, &modelHash, &receivedNs, &watched, &state)
      var pipeline = Pipeline(slot: slot, shard: shard)
      state.group(5, &pipeline)
    }
  }

  private struct Pipeline: Checkpointed {
    let slot: Int
    let shard: Shard
    mutating func code(_ state: inout StateCoder) { _ = shard.save(slot: slot, into: &state) }
  }
}
