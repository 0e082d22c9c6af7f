import ECGCore
import ECGPipeline
import ECGWire

/// One stream as a checkpoint has it: which it is, when it was heard last, what its packets look
/// like, and its pipeline's state, which the shard reads.
struct CheckpointRecord {
  var stream = ""
  var modelHash = ""
  /// When its last packet came in, by `MonotonicClock`.
  var receivedNs: UInt64 = 0
  var key: StreamKey
  var watched: WatchedStream
  let bytes: [UInt8]

  /// Nil where the bytes cannot be read.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    var head = StateCoder(reading: bytes)
    head.field(1, &stream)
    guard head.failure == nil, let id = StreamID(stream) else { return nil }
    key = StreamKey(id)
    watched = WatchedStream(id)
    var state = StateCoder(reading: bytes)
    Self.codeHead(&stream, &modelHash, &receivedNs, &watched, &state)
    guard state.failure == nil, !watched.layout.isEmpty else { return nil }
  }

  /// All but the pipeline.
  static func codeHead(
    _ stream: inout String, _ modelHash: inout String, _ receivedNs: inout UInt64,
    _ watched: inout WatchedStream, _ state: inout StateCoder
  ) {
    state.field(1, &stream)
    state.field(2, &modelHash)
    state.field(3, &receivedNs)
    state.group(4, &watched)
  }

  /// Admits the stream to a shard with its state.
  func restore(to shard: Shard, slot: Int, nowNs: UInt64) throws(RestoreError) {
    var reader = Reader(
      shard: shard, slot: slot, rate: watched.layout.sampleRate, leads: watched.leadIndices.count,
      nowNs: nowNs)
    var state = StateCoder(reading: bytes)
    state.group(5, &reader)
    if let error = reader.error { throw error }
    if let failure = state.failure { throw .state(failure) }
  }

  private struct Reader: Checkpointed {
    let shard: Shard
    let slot: Int
    let rate: SampleRate
    let leads: Int
    let nowNs: UInt64
    var error: RestoreError?

    mutating func code(_ state: inout StateCoder) {
      do throws(RestoreError) {
        try shard.restore(slot: slot, rate: rate, leads: leads, from: &state, nowNs: nowNs)
      } catch {
        self.error = error
      }
    }
  }
}
