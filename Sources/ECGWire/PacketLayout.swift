public import ECGCore

/// What must not change within a stream unnoticed: the rate, the format and the lead table of the
/// packets taken so far, kept as bytes.
///
/// Storage is allocated in `init`; `remember` and `matches` allocate nothing.
public struct PacketLayout: Sendable {
  private var bytes: [UInt8]
  private var count = 0

  private static let prefix = 6  // rate, format, lead count

  public init() {
    bytes = [UInt8](
      repeating: 0,
      count: Self.prefix + SamplePacketHeader.maximumLeads * SamplePacketHeader.leadEntryLength)
  }

  /// Whether nothing has been remembered since `init` or `reset`.
  public var isEmpty: Bool { count == 0 }

  /// Takes over the layout of a decoded packet.
  public mutating func remember(_ header: SamplePacketHeader, in packet: RawSpan) {
    bytes.store(header.sampleRate.millihertz, at: 0)
    bytes.store(header.format.rawValue, at: 4)
    bytes.store(UInt8(header.leadCount), at: 5)
    let table = header.leadCount * SamplePacketHeader.leadEntryLength
    for i in 0..<table {
      bytes[Self.prefix + i] = packet.integer(
        at: SamplePacketHeader.fixedLength + i, as: UInt8.self)
    }
    count = Self.prefix + table
  }

  /// Whether a decoded packet has the remembered layout; false where nothing was remembered.
  public func matches(_ header: SamplePacketHeader, in packet: RawSpan) -> Bool {
    let table = header.leadCount * SamplePacketHeader.leadEntryLength
    guard count == Self.prefix + table else { return false }
    let own = unsafe bytes.span.bytes
    guard own.integer(at: 0, as: UInt32.self) == header.sampleRate.millihertz,
      own.integer(at: 4, as: UInt8.self) == header.format.rawValue
    else { return false }
    // An entry is three words.
    for word in 0..<(table / 8) {
      let mine = own.integer(at: Self.prefix + 8 * word, as: UInt64.self)
      let theirs = packet.integer(
        at: SamplePacketHeader.fixedLength + 8 * word, as: UInt64.self)
      guard mine == theirs else { return false }
    }
    return true
  }

  /// What a remembered layout says; there must be one.
  public var sampleRate: SampleRate {
    SampleRate(millihertz: unsafe bytes.span.bytes.integer(at: 0, as: UInt32.self))
  }
  public var leadCount: Int { Int(bytes[5]) }
  public func leadName(_ lead: Int) -> LeadName {
    precondition(lead < leadCount)
    let entry = Self.prefix + lead * SamplePacketHeader.leadEntryLength
    let own = unsafe bytes.span.bytes
    return LeadName(
      low: own.integer(at: entry, as: UInt64.self),
      high: own.integer(at: entry + 8, as: UInt64.self))
  }

  /// Forgets the layout.
  public mutating func reset() { count = 0 }
}

extension PacketLayout: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &bytes)
    state.field(2, &count, in: 0...bytes.count)
    let length = Self.prefix + leadCount * SamplePacketHeader.leadEntryLength
    if count != 0, leadCount == 0 || count != length { state.refuse(2) }
  }
}
