import ECGCore
import ECGWire

/// What a shard's thread knows of a stream beside its pipeline: its name, its layout and which of
/// its leads is watched.
final class WatchedStream {
  let id: StreamID
  var layout = PacketLayout()
  private(set) var leadIndex = 0
  private(set) var facts: StreamFacts
  var lag = StreamLag()

  init(_ id: StreamID) {
    self.id = id
    facts = StreamFacts(
      stream: id, lead: Lead("-")!, leads: [], rate: SampleRate(millihertz: 0), mode: .real)
  }

  /// Takes over a packet's layout, and chooses the first preferred lead that it has, or else its
  /// first lead.
  func take(_ header: SamplePacketHeader, in bytes: RawSpan, preferring names: [LeadName]) {
    layout.remember(header, in: bytes)
    leadIndex = 0
    for name in names {
      if let index = header.leadIndex(of: name, in: bytes) {
        leadIndex = index
        break
      }
    }
    let leads = (0..<header.leadCount).map { header.leadName($0, in: bytes).lead! }
    facts = StreamFacts(
      stream: id, lead: leads[leadIndex], leads: leads, rate: header.sampleRate, mode: header.mode)
  }
}
