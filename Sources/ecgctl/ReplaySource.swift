import ECGCore
import ECGRecords
import ECGWire

/// The leads that go on the wire, chosen and checked, and the part of them that is played.
struct ReplaySource {
  struct Lead {
    var packetLead: PacketLead
    var millivolts: [Float]
    /// The converter's own numbers, where int16 packets carry them as stored.
    var units: [Int16]?
  }

  let name: String
  let rate: SampleRate
  let format: SampleFormat
  let leads: [Lead]
  /// Sample numbers of the recording.
  let range: Range<Int>
  let packetSamples: Int

  /// Of what has no converter's numbers: a microvolt a unit, and room for 32 mV.
  private static let unitsPerMillivolt: Float = 1000

  init(_ input: ReplayInput, selection: ReplaySelection) throws(ReplayError) {
    let chosen = try Self.choose(input.recording, selection.leads)
    name = input.recording.name
    rate = chosen[0].sampleRate
    format = selection.sampleFormat.wire
    packetSamples = selection.packetSamples
    guard SampleRate.accepted.contains(rate) else {
      throw .data("\(name): \(rate) is outside the 50 Hz to 2000 Hz that packets carry")
    }
    leads = Self.prepared(chosen, format)
    let count = chosen.map(\.samples.count).min() ?? 0
    let start = rate.samples(seconds: selection.from)
    guard start < count else {
      throw .data("\(name): --from \(selection.from) s is behind its \(count) samples")
    }
    var length = count
    if let duration = selection.duration { length = rate.samples(seconds: duration) }
    guard length > 0 else { throw .usage("--duration is shorter than a sample") }
    range = start..<min(count, start + length)
    let encoder = SamplePacketEncoder(
      sampleRate: rate, leads: leads.map(\.packetLead), format: format, mode: .test, session: 0)
    guard packetSamples <= encoder.maximumSamplesPerLead else {
      throw .usage(
        "--packet-samples \(packetSamples): at most \(encoder.maximumSamplesPerLead) fit a packet")
    }
  }

  private static func choose(
    _ recording: Recording, _ names: String?
  ) throws(ReplayError) -> [RecordedLead] {
    var chosen = recording.leads.filter { $0.isVoltage && $0.sampleRate == recording.sampleRate }
    if let names {
      chosen = []
      for name in names.split(separator: ",") {
        guard let lead = recording.lead(named: String(name)) else {
          let known = recording.leads.map(\.name).joined(separator: ", ")
          throw .data("\(recording.name): no lead \"\(name)\"; there are: \(known)")
        }
        guard lead.isVoltage else {
          throw .data("\(recording.name), lead \(lead.name): \(lead.unit) is no voltage")
        }
        guard lead.sampleRate == chosen.first?.sampleRate ?? lead.sampleRate else {
          throw .data("\(recording.name), lead \(lead.name): \(lead.sampleRate) is another rate")
        }
        chosen.append(lead)
      }
    }
    guard !chosen.isEmpty else { throw .data("\(recording.name): no ECG lead to send") }
    guard chosen.count <= SamplePacketHeader.maximumLeads else {
      throw .usage(
        "\(recording.name): \(chosen.count) leads, a packet carries "
          + "\(SamplePacketHeader.maximumLeads): choose with --leads")
    }
    return chosen
  }

  private static func prepared(_ chosen: [RecordedLead], _ format: SampleFormat) -> [Lead] {
    // One lead that does not fit makes no other lead's numbers unusable.
    var names: Set<ECGCore.Lead> = []
    return chosen.map { lead in
      let name = unique(lead.wireName, among: &names)
      guard format == .int16 else { return Lead(packetLead: .init(name), millivolts: lead.samples) }
      // The protocol's limits on gain and baseline.
      if let digital = lead.digital, digital.fitsInt16, (0.001...1_000_000).contains(digital.gain),
        (-8_388_608...8_388_607).contains(digital.baseline)
      {
        return Lead(
          packetLead: .init(name, gain: digital.gain, baseline: digital.baseline),
          millivolts: lead.samples,
          units: digital.values.map {
            $0 == DigitalSamples.missing ? SampleFormat.missing : Int16($0)
          })
      }
      return Lead(
        packetLead: .init(name, gain: unitsPerMillivolt), millivolts: lead.samples)
    }
  }

  /// A packet's lead names differ: the second "ECG" becomes "ECG-2".
  private static func unique(
    _ name: ECGCore.Lead, among names: inout Set<ECGCore.Lead>
  ) -> ECGCore.Lead {
    var candidate = name
    var number = 2
    while !names.insert(candidate).inserted {
      let suffix = "-\(number)"
      candidate = ECGCore.Lead(
        String(name.name.prefix(ECGCore.Lead.maximumLength - suffix.count)) + suffix)!
      number += 1
    }
    return candidate
  }
}
