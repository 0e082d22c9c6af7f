import ECGCore
import ECGWire

/// What a shard's thread knows of a stream beside its pipeline: its name, its layout and which of
/// its leads is watched.
final class WatchedStream {
  let id: StreamID
  /// As the last packet that brought samples had it.
  var patient: UInt8 = 0
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
    patient = header.patient
    leadIndex = preferredLead(names)
    describe(mode: header.mode)
  }

  private func preferredLead(_ names: [LeadName]) -> Int {
    for name in names {
      for lead in 0..<layout.leadCount where layout.leadName(lead) == name { return lead }
    }
    return 0
  }

  private func describe(mode: SampleMode) {
    let leads = (0..<layout.leadCount).map { layout.leadName($0).lead ?? Lead("-")! }
    facts = StreamFacts(
      stream: id, lead: leads[leadIndex], leads: leads, rate: layout.sampleRate, mode: mode)
  }
}

extension WatchedStream: Checkpointed {
  func code(_ state: inout StateCoder) {
    state.group(1, &layout)
    state.field(2, &leadIndex, in: 0...max(0, layout.leadCount - 1))
    var mode = facts.mode.rawValue
    state.field(3, &mode)
    state.field(4, &patient)
    guard state.isReading, state.failure == nil, !layout.isEmpty else { return }
    describe(mode: SampleMode(rawValue: mode) ?? .real)
  }

  /// Whether the lead that was watched is still the one to watch.
  func watchesPreferredLead(_ names: [LeadName]) -> Bool { preferredLead(names) == leadIndex }
}
