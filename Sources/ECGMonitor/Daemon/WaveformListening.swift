import ECGCore
import ECGModel
import ECGPipeline

/// What a shard's thread does for those who listen to waveforms: follows the subscriptions, and
/// taps the streams that they name.
struct WaveformListening {
  let outlet: WaveformOutlet
  private let interest: WaveformInterest
  private let denoiser: Denoiser?
  private var seen: UInt64 = 0

  init(_ outlet: WaveformOutlet, _ interest: WaveformInterest, denoiser: Denoiser?) {
    self.outlet = outlet
    self.interest = interest
    self.denoiser = denoiser
  }

  /// Once a turn: one atomic load unless somebody came or went.
  mutating func follow(_ streams: [Int: WatchedStream], of shard: Shard) {
    guard interest.changed(since: &seen) else { return }
    for (slot, stream) in streams { tap(stream, slot: slot, of: shard) }
  }

  /// A stream is new, or has another layout.
  func tap(_ stream: WatchedStream, slot: Int, of shard: Shard) {
    let wishes = interest.wishes(for: stream.id)
    if wishes.isEmpty {
      outlet.forget(slot: slot)
    } else {
      outlet.prepare(
        slot: slot, stream: stream.id, leads: stream.facts.judged,
        hasNetwork: denoiser.map { shard.plan.suits($0) } ?? false)
    }
    shard.listen(slot: slot, to: wishes, through: denoiser)
  }

  /// A stream has ended.
  func leave(slot: Int) { outlet.forget(slot: slot) }
}
