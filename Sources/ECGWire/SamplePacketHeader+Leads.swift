/// The lead table and the samples, read in place.
///
/// `bytes` is the packet that this header was decoded from; `lead` counts from 0.
extension SamplePacketHeader {
  public func leadName(_ lead: Int, in bytes: RawSpan) -> LeadName {
    let entry = entry(lead)
    return LeadName(
      low: bytes.integer(at: entry, as: UInt64.self),
      high: bytes.integer(at: entry + 8, as: UInt64.self))
  }

  /// Units per millivolt.
  public func gain(ofLead lead: Int, in bytes: RawSpan) -> Float {
    Float(bitPattern: bytes.integer(at: entry(lead) + Offset.gainInEntry, as: UInt32.self))
  }

  /// The unit that means 0 mV.
  public func baseline(ofLead lead: Int, in bytes: RawSpan) -> Int32 {
    bytes.integer(at: entry(lead) + Offset.baselineInEntry, as: Int32.self)
  }

  /// The place of a lead in the lead table, or nil.
  public func leadIndex(of name: LeadName, in bytes: RawSpan) -> Int? {
    for lead in 0..<leadCount where leadName(lead, in: bytes) == name { return lead }
    return nil
  }

  /// Copies `count` samples of one lead in millivolts, NaN where missing, from the packet's sample
  /// `offset` on, to `destination` from `position` on; as many as that holds where no count is given.
  public func copyMillivolts(
    lead: Int, from bytes: RawSpan, offset: Int = 0, count: Int? = nil,
    into destination: inout MutableSpan<Float>, at position: Int = 0
  ) {
    let count = count ?? destination.count - position
    precondition(position >= 0 && position + count <= destination.count)
    precondition(offset >= 0)
    precondition(offset + count <= samplesPerLead)
    precondition(bytes.byteCount == byteCount)
    let start = sampleOffset(lead) + offset * format.bytesPerSample
    switch format {
    case .int16:
      let gain = gain(ofLead: lead, in: bytes)
      let baseline = baseline(ofLead: lead, in: bytes)
      for i in 0..<count {
        let unit = bytes.integer(at: start + 2 * i, as: Int16.self)
        destination[position + i] = Self.millivolts(unit: unit, gain: gain, baseline: baseline)
      }
    case .float32:
      for i in 0..<count {
        destination[position + i] = Float(
          bitPattern: bytes.integer(at: start + 4 * i, as: UInt32.self))
      }
    }
  }

  /// The difference is exact in float32 (both ranges together stay below 2^24), so this is one
  /// correctly rounded division.
  @inline(__always)
  static func millivolts(unit: Int16, gain: Float, baseline: Int32) -> Float {
    unit == SampleFormat.missing ? .nan : Float(Int32(unit) - baseline) / gain
  }

  private func entry(_ lead: Int) -> Int {
    precondition(lead >= 0)
    precondition(lead < leadCount)
    return Self.entryOffset(lead)
  }

  /// The byte offset of a lead's first sample.
  func sampleOffset(_ lead: Int) -> Int {
    precondition(lead >= 0)
    precondition(lead < leadCount)
    return headerLength + lead * samplesPerLead * format.bytesPerSample
  }
}
