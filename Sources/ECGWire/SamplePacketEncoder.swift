public import ECGCore

/// One entry of the lead table that an encoder writes.
public struct PacketLead: Hashable, Sendable {
  public var lead: Lead
  /// Units per millivolt; 1 in float32 packets.
  public var gain: Float
  /// The unit that means 0 mV; 0 in float32 packets.
  public var baseline: Int32

  public init(_ lead: Lead, gain: Float = 1, baseline: Int32 = 0) {
    self.lead = lead
    self.gain = gain
    self.baseline = baseline
  }
}

/// Writes the packets of one stream and counts them: the gateway's side of the protocol.
///
/// `init` prepares the parts that stay; each `encode` writes one packet into the caller's array,
/// which is reused and does not grow once it has held the largest packet.
public struct SamplePacketEncoder: Sendable {
  public let sampleRate: SampleRate
  public let leads: [PacketLead]
  public let format: SampleFormat
  /// The number that the next packet will carry; counts up by itself.
  public var sequence: UInt64 = 0
  /// Which of the stream's patients the next packet is of.
  public var patient: UInt8 = 0

  private let header: [UInt8]

  public var headerLength: Int { header.count }
  /// The largest number of samples per lead that fits one packet.
  public var maximumSamplesPerLead: Int {
    (SamplePacketHeader.maximumByteCount - header.count) / (leads.count * format.bytesPerSample)
  }

  /// An encoder for 1 to 16 leads with distinct names.
  public init(
    sampleRate: SampleRate, leads: [PacketLead], format: SampleFormat, mode: SampleMode,
    session: UInt32
  ) {
    precondition((1...SamplePacketHeader.maximumLeads).contains(leads.count))
    self.sampleRate = sampleRate
    self.leads = leads
    self.format = format
    let length = SamplePacketHeader.entryOffset(leads.count)
    var bytes = [UInt8](repeating: 0, count: length)
    bytes.store(SamplePacketHeader.magic, at: SamplePacketHeader.Offset.magic)
    bytes.store(SamplePacketHeader.version, at: SamplePacketHeader.Offset.version)
    bytes.store(UInt16(length), at: SamplePacketHeader.Offset.headerLength)
    bytes.store(UInt8(leads.count), at: SamplePacketHeader.Offset.leadCount)
    bytes.store(format.rawValue, at: SamplePacketHeader.Offset.format)
    bytes.store(mode.rawValue, at: SamplePacketHeader.Offset.mode)
    bytes.store(sampleRate.millihertz, at: SamplePacketHeader.Offset.sampleRate)
    bytes.store(session, at: SamplePacketHeader.Offset.session)
    for (i, lead) in leads.enumerated() {
      let entry = SamplePacketHeader.entryOffset(i)
      let name = LeadName(lead.lead)
      bytes.store(name.low, at: entry)
      bytes.store(name.high, at: entry + 8)
      bytes.store(lead.gain.bitPattern, at: entry + SamplePacketHeader.Offset.gainInEntry)
      bytes.store(lead.baseline, at: entry + SamplePacketHeader.Offset.baselineInEntry)
    }
    header = bytes
  }

  /// Writes a packet of millivolts, all samples of lead 0 first, NaN where missing.
  ///
  /// In an int16 packet they are rounded to the nearest unit and limited to its range.
  public mutating func encode(
    millivolts: Span<Float>, firstSample: SampleNumber, deviceTimeNs: Int64 = 0,
    isLast: Bool = false, into packet: inout [UInt8]
  ) {
    let samples = begin(millivolts.count, firstSample, deviceTimeNs, isLast, &packet)
    var at = header.count
    for i in 0..<leads.count {
      let lead = leads[i]
      for j in (i * samples)..<((i + 1) * samples) {
        switch format {
        case .int16: packet.store(Self.unit(millivolts[j], lead), at: at)
        case .float32: packet.store(millivolts[j].bitPattern, at: at)
        }
        at += format.bytesPerSample
      }
    }
  }

  /// Writes an int16 packet of units, all samples of lead 0 first, -32768 where missing.
  public mutating func encode(
    units: Span<Int16>, firstSample: SampleNumber, deviceTimeNs: Int64 = 0, isLast: Bool = false,
    into packet: inout [UInt8]
  ) {
    precondition(format == .int16)
    _ = begin(units.count, firstSample, deviceTimeNs, isLast, &packet)
    for i in 0..<units.count { packet.store(units[i], at: header.count + 2 * i) }
  }

  /// Sizes the packet, writes its header, counts it, and returns the samples per lead.
  private mutating func begin(
    _ count: Int, _ firstSample: SampleNumber, _ deviceTimeNs: Int64, _ isLast: Bool,
    _ packet: inout [UInt8]
  ) -> Int {
    precondition(count > 0)
    precondition(count.isMultiple(of: leads.count))
    let samples = count / leads.count
    precondition(samples <= maximumSamplesPerLead)
    let length = header.count + count * format.bytesPerSample
    if packet.count > length {
      packet.removeLast(packet.count - length)
    } else {
      while packet.count < length { packet.append(0) }
    }
    for i in 0..<header.count { packet[i] = header[i] }
    packet.store(
      isLast ? SamplePacketHeader.lastPacketFlag : 0, at: SamplePacketHeader.Offset.flags)
    packet.store(patient, at: SamplePacketHeader.Offset.patient)
    packet.store(UInt32(samples), at: SamplePacketHeader.Offset.samplesPerLead)
    packet.store(sequence, at: SamplePacketHeader.Offset.sequence)
    packet.store(firstSample.rawValue, at: SamplePacketHeader.Offset.firstSample)
    packet.store(deviceTimeNs, at: SamplePacketHeader.Offset.deviceTime)
    sequence &+= 1
    return samples
  }

  private static func unit(_ millivolts: Float, _ lead: PacketLead) -> Int16 {
    guard !millivolts.isNaN else { return SampleFormat.missing }
    let unit = (millivolts * lead.gain).rounded(.toNearestOrEven) + Float(lead.baseline)
    return Int16(min(max(unit, -32767), 32767))
  }
}
