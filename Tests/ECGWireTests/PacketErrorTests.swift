import ECGCore
import ECGWire
import Testing

@Suite struct PacketErrorTests {
  /// One wrong packet per rule: its name, how a valid packet is spoilt, and what is reported.
  struct Spoilt: Sendable, CustomTestStringConvertible {
    var format = SampleFormat.float32
    var reason: RejectReason
    var spoil: @Sendable (inout [UInt8]) -> Void
    var testDescription: String { reason.name }

    init(
      _ reason: RejectReason, _ format: SampleFormat = .float32,
      _ spoil: @escaping @Sendable (inout [UInt8]) -> Void
    ) {
      self.reason = reason
      self.format = format
      self.spoil = spoil
    }
  }

  static func put(_ value: Float, at offset: Int, in bytes: inout [UInt8]) {
    for i in 0..<4 { bytes[offset + i] = UInt8(truncatingIfNeeded: value.bitPattern >> (8 * i)) }
  }

  static let spoilt: [Spoilt] = [
    Spoilt(.truncated) { $0.removeAll() },
    Spoilt(.truncated) { $0.removeLast($0.count - 47) },
    Spoilt(.truncated) { $0.removeLast($0.count - 95) },
    Spoilt(.truncated) { $0.removeLast() },
    Spoilt(.oversize) { $0 += [UInt8](repeating: 0, count: 65537 - $0.count) },
    Spoilt(.oversize) { $0[15] = 0xff },
    Spoilt(.badMagic) { $0[0] = 0x65 },
    Spoilt(.badVersion) { $0[4] = 2 },
    Spoilt(.badFlags) { $0[5] = 2 },
    Spoilt(.leadCount) { $0[8] = 0 },
    Spoilt(.leadCount) { $0[8] = 17 },
    Spoilt(.sampleFormat) { $0[9] = 0 },
    Spoilt(.sampleFormat) { $0[9] = 3 },
    Spoilt(.badMode) { $0[10] = 0 },
    Spoilt(.badMode) { $0[10] = 4 },
    Spoilt(.sampleRate) { $0[40..<44] = [0x4f, 0xc3, 0, 0] },  // 49999 mHz
    Spoilt(.sampleRate) { $0[40..<44] = [0x81, 0x84, 0x1e, 0] },  // 2000001 mHz
    Spoilt(.sampleCount) { $0[12] = 0 },
    Spoilt(.sampleNumber) { $0[31] = 0x80 },
    Spoilt(.sampleNumber) { $0[24..<32] = [0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0] },
    Spoilt(.deviceTime) { $0[39] = 0x80 },
    Spoilt(.headerLength) { $0[6] = 88 },
    Spoilt(.headerLength) { $0[6] = 97 },
    Spoilt(.headerLength) { $0[7] = 5 },
    Spoilt(.lengthMismatch) { $0.append(0) },
    Spoilt(.badLeadName) { $0[48] = 0 },
    Spoilt(.badLeadName) { $0[48] = 0x20 },
    Spoilt(.badLeadName) { $0[48] = 0xc3 },
    Spoilt(.badLeadName) { $0[63] = 0x41 },
    Spoilt(.badLeadName) { $0[72..<88] = $0[48..<64] },
    Spoilt(.badGain) { put(2, at: 64, in: &$0) },
    Spoilt(.badGain) { $0[68] = 1 },
    Spoilt(.badGain, .int16) { put(0, at: 64, in: &$0) },
    Spoilt(.badGain, .int16) { put(-200, at: 64, in: &$0) },
    Spoilt(.badGain, .int16) { put(.nan, at: 88, in: &$0) },
    Spoilt(.badGain, .int16) { put(.infinity, at: 88, in: &$0) },
    Spoilt(.badGain, .int16) { $0[68..<72] = [0, 0, 0x80, 0] },  // baseline 2^23
    Spoilt(.notFinite) { put(.infinity, at: 100, in: &$0) },
    Spoilt(.notFinite) { put(-.infinity, at: 132, in: &$0) },
    Spoilt(.amplitude) { put(Float(1000).nextUp, at: 100, in: &$0) },
    Spoilt(.amplitude) { put(-1e30, at: 132, in: &$0) },
    Spoilt(.amplitude, .int16) { put(0.01, at: 64, in: &$0) },
  ]

  @Test(arguments: spoilt)
  func eachBrokenRuleIsNamed(_ spoilt: Spoilt) {
    var bytes = PacketSamples.packet(spoilt.format)
    spoilt.spoil(&bytes)
    let error = #expect(throws: PacketError.self) { try decode(bytes) }
    #expect(error?.reason == spoilt.reason)
    #expect(error?.description.isEmpty == false)
  }

  @Test func everyReasonOfTheDecoderHasAWrongPacket() {
    let receivers: Set<RejectReason> = [
      .badTopic, .duplicate, .late, .streamLimit, .overload, .notAuthorised, .gatewayRate,
      .gatewayStreams,
    ]
    #expect(Set(Self.spoilt.map(\.reason)).union(receivers) == Set(RejectReason.allCases))
  }

  @Test func anErrorTellsThePlaceAndWhatWasExpected() {
    var bytes = PacketSamples.packet(.float32)
    Self.put(-.infinity, at: 96 + 4 * 7, in: &bytes)
    #expect(throws: PacketError.notFinite(lead: 1, sample: 2)) { try decode(bytes) }
    #expect(throws: PacketError.truncated(expected: 136, actual: 130)) {
      try decode(Array(PacketSamples.packet(.float32).prefix(130)))
    }
  }

  @Test func reasonsIndexAnArrayAndHaveDistinctNames() {
    #expect(RejectReason.allCases.map(\.rawValue) == Array(0..<RejectReason.count))
    #expect(Set(RejectReason.allCases.map(\.name)).count == RejectReason.count)
    #expect(RejectReason.badMagic.name == "badMagic")
  }

  @Test func theLimitsThemselvesAreAccepted() throws {
    for millihertz: UInt32 in [50_000, 2_000_000] {
      var encoder = PacketSamples.encoder(.float32, millihertz: millihertz)
      var bytes: [UInt8] = []
      encoder.encode(
        millivolts: [1000, -1000].span,
        firstSample: SampleNumber(SamplePacketHeader.sampleNumberLimit - 1), into: &bytes)
      #expect(try decode(bytes).sampleRate.millihertz == millihertz)
    }
  }
}
