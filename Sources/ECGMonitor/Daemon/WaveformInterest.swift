import ECGCore
import ECGPipeline
import ECGWire
import Synchronization

/// What is subscribed to on the waveforms socket: written by its thread, looked at by the shards
/// once a turn for the price of one atomic load.
final class WaveformInterest: Sendable {
  private let prefixes = Mutex<[[UInt8]]>([])
  private let version = Atomic<UInt64>(0)

  /// Takes a subscription as an XPUB socket hands it up: 1 or 0, then the topic's prefix. False
  /// where the bytes are none.
  func take(_ message: [UInt8]) -> Bool {
    guard let first = message.first, first <= 1 else { return false }
    let prefix = Array(message.dropFirst())
    prefixes.withLock {
      $0.removeAll { $0 == prefix }
      if first == 1 { $0.append(prefix) }
    }
    version.wrappingAdd(1, ordering: .releasing)
    return true
  }

  /// Whether something has changed since version `seen`.
  func changed(since seen: inout UInt64) -> Bool {
    let now = version.load(ordering: .acquiring)
    defer { seen = now }
    return now != seen
  }

  /// What is wanted of a stream.
  func wishes(for stream: StreamID) -> WaveWishes {
    prefixes.withLock { prefixes in
      var wishes: WaveWishes = []
      if prefixes.contains(where: { WaveformTopic.wave.matches($0, stream) }) {
        wishes.insert(.waves)
      }
      if prefixes.contains(where: { WaveformTopic.latent.matches($0, stream) }) {
        wishes.insert(.latents)
      }
      return wishes
    }
  }

  /// Whether somebody subscribes to anything.
  var isEmpty: Bool { prefixes.withLock { $0.isEmpty } }
}
