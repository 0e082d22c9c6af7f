import ECGCore
import ECGPipeline
import ECGWire

/// What a shard's thread knows of a stream beside its pipeline: its name, its layout and which of
/// its leads are watched.
final class WatchedStream {
  let id: StreamID
  /// As the last packet that brought samples had it.
  var patient: UInt8 = 0
  var layout = PacketLayout()
  /// Which leads of the packet may be judged, the preferred one first.
  private(set) var leadIndices = [0]
  private(set) var facts: StreamFacts
  var lag = StreamLag()

  init(_ id: StreamID) {
    self.id = id
    facts = StreamFacts(
      stream: id, leads: [], judged: [Lead("-")!], rate: SampleRate(millihertz: 0), mode: .real)
  }

  /// Takes over a packet's layout, and chooses the first preferred lead that it has, or else its
  /// first lead; after it, in the same order, others that may stand in for it.
  func take(_ header: SamplePacketHeader, in bytes: RawSpan, preferring names: [LeadName]) {
    layout.remember(header, in: bytes)
    patient = header.patient
    leadIndices = candidates(names)
    describe(mode: header.mode)
  }

  private func candidates(_ names: [LeadName]) -> [Int] {
    let leads = Array(0..<layout.leadCount)
    let named = names.flatMap { name in leads.filter { layout.leadName($0) == name } }
    // Packets may carry other signals; only what is called an ECG's lead can stand in for one.
    let others = leads.filter {
      !named.contains($0) && layout.leadName($0).lead?.isCustomary ?? false
    }
    let found = named.isEmpty ? [0] + others.filter { $0 != 0 } : named + others
    return Array(found.prefix(Shard.mostLeads))
  }

  private func describe(mode: SampleMode) {
    let leads = (0..<layout.leadCount).map { layout.leadName($0).lead ?? Lead("-")! }
    facts = StreamFacts(
      stream: id, leads: leads, judged: leadIndices.map { leads[$0] }, rate: layout.sampleRate,
      mode: mode)
  }
}

extension WatchedStream: Checkpointed {
  func code(_ state: inout StateCoder) {
    state.group(1, &layout)
    let most = max(0, layout.leadCount - 1)
    state.field(2, &leadIndices[0], in: 0...most)
    var mode = facts.mode.rawValue
    state.field(3, &mode)
    state.field(4, &patient)
    codeOthers(&state, most: most)
    guard state.isReading, state.failure == nil, !layout.isEmpty else { return }
    describe(mode: SampleMode(rawValue: mode) ?? .real)
  }

  /// The leads after the preferred one.
  private func codeOthers(_ state: inout StateCoder, most: Int) {
    var others = InlineArray<2, Int>(repeating: -1)
    for i in 1..<Shard.mostLeads where i < leadIndices.count { others[i - 1] = leadIndices[i] }
    for i in 0..<others.count { state.field(UInt8(5 + i), &others[i], in: -1...most) }
    guard state.isReading else { return }
    leadIndices = [leadIndices[0]]
    for i in 0..<others.count where others[i] >= 0 { leadIndices.append(others[i]) }
  }

  /// Whether the leads that were watched are still the ones to watch. What was known when one lead
  /// alone was watched is good as long as it is the preferred one.
  func resume(preferring names: [LeadName]) -> Bool {
    let wanted = candidates(names)
    if leadIndices.count == 1, wanted[0] == leadIndices[0] {
      leadIndices = wanted
      describe(mode: facts.mode)
    }
    return wanted == leadIndices
  }
}
