import ECGCore

extension SamplePacketHeader {
  /// Decodes and checks a whole packet: fixed header, lead table and samples.
  ///
  /// The checks run in the order of the reasons in Documentation/Protocol.md; the first that fails
  /// is thrown. What this returns is safe to read with the accessors from the same bytes.
  /// - Complexity: O(bytes); allocates nothing.
  public static func decode(_ bytes: RawSpan) throws(PacketError) -> SamplePacketHeader {
    let header = try decodeFixed(bytes)
    try header.checkLength(bytes)
    try header.checkLeads(bytes)
    try header.checkSamples(bytes)
    return header
  }

  private static func decodeFixed(_ bytes: RawSpan) throws(PacketError) -> SamplePacketHeader {
    guard bytes.byteCount >= fixedLength else {
      throw .truncated(expected: fixedLength, actual: bytes.byteCount)
    }
    guard bytes.byteCount <= maximumByteCount else {
      throw .oversize(limit: maximumByteCount, actual: bytes.byteCount)
    }
    let magic = bytes.integer(at: Offset.magic, as: UInt32.self)
    guard magic == Self.magic else { throw .badMagic(magic) }
    let version = bytes.integer(at: Offset.version, as: UInt8.self)
    guard version == Self.version else { throw .badVersion(version) }
    let flags = bytes.integer(at: Offset.flags, as: UInt8.self)
    guard flags & ~lastPacketFlag == 0 else { throw .badFlags(flags) }
    let leadCount = bytes.integer(at: Offset.leadCount, as: UInt8.self)
    guard (1...maximumLeads).contains(Int(leadCount)) else { throw .leadCount(leadCount) }
    let formatByte = bytes.integer(at: Offset.format, as: UInt8.self)
    guard let format = SampleFormat(rawValue: formatByte) else { throw .sampleFormat(formatByte) }
    let modeByte = bytes.integer(at: Offset.mode, as: UInt8.self)
    guard let mode = SampleMode(rawValue: modeByte) else { throw .badMode(modeByte) }
    let rate = SampleRate(millihertz: bytes.integer(at: Offset.sampleRate, as: UInt32.self))
    guard SampleRate.accepted.contains(rate) else {
      throw .sampleRate(millihertz: rate.millihertz)
    }
    let samples = bytes.integer(at: Offset.samplesPerLead, as: UInt32.self)
    guard samples > 0 else { throw .sampleCount }
    let first = bytes.integer(at: Offset.firstSample, as: Int64.self)
    guard first >= 0, first <= sampleNumberLimit - Int64(samples) else {
      throw .sampleNumber(first)
    }
    let deviceTime = bytes.integer(at: Offset.deviceTime, as: Int64.self)
    guard deviceTime >= 0 else { throw .deviceTime(deviceTime) }
    return SamplePacketHeader(
      isLast: flags & lastPacketFlag != 0, format: format, mode: mode,
      patient: bytes.integer(at: Offset.patient, as: UInt8.self), leadCount: Int(leadCount),
      samplesPerLead: Int(samples), sequence: bytes.integer(at: Offset.sequence, as: UInt64.self),
      firstSample: SampleNumber(first), deviceTimeNs: deviceTime, sampleRate: rate,
      session: bytes.integer(at: Offset.session, as: UInt32.self),
      headerLength: Int(bytes.integer(at: Offset.headerLength, as: UInt16.self)))
  }

  private func checkLength(_ bytes: RawSpan) throws(PacketError) {
    let minimum = Self.entryOffset(leadCount)
    guard headerLength >= minimum, headerLength <= Self.maximumHeaderLength,
      headerLength.isMultiple(of: 8)
    else { throw .headerLength(minimum: minimum, actual: headerLength) }
    guard byteCount <= Self.maximumByteCount else {
      throw .oversize(limit: Self.maximumByteCount, actual: byteCount)
    }
    guard bytes.byteCount >= byteCount else {
      throw .truncated(expected: byteCount, actual: bytes.byteCount)
    }
    guard bytes.byteCount == byteCount else {
      throw .lengthMismatch(expected: byteCount, actual: bytes.byteCount)
    }
  }

  private func checkLeads(_ bytes: RawSpan) throws(PacketError) {
    for lead in 0..<leadCount {
      let name = leadName(lead, in: bytes)
      guard name.isValid else { throw .badLeadName(lead: lead) }
      for other in 0..<lead where leadName(other, in: bytes) == name {
        throw .badLeadName(lead: lead)
      }
      let gain = gain(ofLead: lead, in: bytes)
      let baseline = baseline(ofLead: lead, in: bytes)
      let isAccepted =
        switch format {
        case .int16: Self.gainRange.contains(gain) && Self.baselineRange.contains(baseline)
        case .float32: gain == 1 && baseline == 0
        }
      guard isAccepted else { throw .badGain(lead: lead, gain: gain, baseline: baseline) }
    }
  }

  private func checkSamples(_ bytes: RawSpan) throws(PacketError) {
    for lead in 0..<leadCount {
      switch format {
      case .int16: try checkUnits(lead, bytes)
      case .float32: try checkMillivolts(lead, bytes)
      }
    }
  }

  /// int16 units can exceed the limit only under a small gain or a far baseline, so most packets
  /// are accepted without a look at the samples.
  private func checkUnits(_ lead: Int, _ bytes: RawSpan) throws(PacketError) {
    let gain = gain(ofLead: lead, in: bytes)
    let baseline = baseline(ofLead: lead, in: bytes)
    let largest = max(Int32(Int16.max) - baseline, baseline - Int32(Int16.min))
    guard Float(largest) / gain > Self.maximumMillivolts else { return }
    let start = sampleOffset(lead)
    for i in 0..<samplesPerLead {
      let unit = bytes.integer(at: start + 2 * i, as: Int16.self)
      let millivolts = Self.millivolts(unit: unit, gain: gain, baseline: baseline)
      if abs(millivolts) > Self.maximumMillivolts {
        throw .amplitude(lead: lead, sample: i, millivolts: millivolts)
      }
    }
  }

  /// Compares magnitudes as integers, where infinity is the largest number and NaN lies above it.
  private func checkMillivolts(_ lead: Int, _ bytes: RawSpan) throws(PacketError) {
    let infinity = Float.infinity.bitPattern
    let limit = Self.maximumMillivolts.bitPattern
    let start = sampleOffset(lead)
    for i in 0..<samplesPerLead {
      let bits = bytes.integer(at: start + 4 * i, as: UInt32.self)
      let magnitude = bits & ~(1 << 31)
      if magnitude > limit, magnitude <= infinity {
        guard magnitude < infinity else { throw .notFinite(lead: lead, sample: i) }
        throw .amplitude(lead: lead, sample: i, millivolts: Float(bitPattern: bits))
      }
    }
  }
}
