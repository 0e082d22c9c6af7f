import ECGCore
import ECGWire
import Testing

@Suite struct SamplePacketTests {
  @Test(arguments: SampleFormat.allCases)
  func whatIsEncodedIsDecoded(_ format: SampleFormat) throws {
    let bytes = PacketSamples.packet(format, samples: 250)
    let header = try decode(bytes)
    #expect(header.format == format)
    #expect(header.mode == .test)
    #expect(header.leadCount == 2)
    #expect(header.samplesPerLead == 250)
    #expect(header.sequence == 9)
    #expect(header.session == 77)
    #expect(header.firstSample == SampleNumber(1000))
    #expect(header.endSample == SampleNumber(1250))
    #expect(header.deviceTimeNs == 1_700_000_000_000_000_000)
    #expect(header.sampleRate == SampleRate(hertz: 360))
    #expect(header.headerLength == 96)
    #expect(!header.isLast)
    #expect(header.byteCount == bytes.count)
    #expect(header.leadName(0, in: bytes.span.bytes).lead == PacketSamples.mlii)
    #expect(header.leadName(1, in: bytes.span.bytes).description == "V1")
    #expect(header.leadIndex(of: LeadName(PacketSamples.v1), in: bytes.span.bytes) == 1)
    #expect(header.leadIndex(of: LeadName(Lead("V2")!), in: bytes.span.bytes) == nil)
    // Multiples of an eighth are exact in both formats: gains 200 and 1000 divide them.
    let expected = PacketSamples.millivolts(500)
    #expect(header.millivolts(lead: 0, from: bytes) == Array(expected[..<250]))
    #expect(header.millivolts(lead: 1, from: bytes) == Array(expected[250...]))
  }

  @Test func aPacketOfTwoSamplesHasExactlyTheseBytes() throws {
    var encoder = SamplePacketEncoder(
      sampleRate: SampleRate(millihertz: 250_000),
      leads: [PacketLead(Lead("II")!, gain: 200, baseline: -1)], format: .int16, mode: .demo,
      session: 0x0403_0201)
    encoder.sequence = 5
    var bytes: [UInt8] = []
    encoder.encode(
      units: [258, -32768].span, firstSample: SampleNumber(7), deviceTimeNs: 0x1122,
      isLast: true, into: &bytes)
    #expect(
      bytes == [
        0x45, 0x43, 0x47, 0x44, 1, 1, 72, 0,  // "ECGD", version, last packet, header length
        1, 1, 3, 0, 2, 0, 0, 0,  // one lead, int16, demo, patient 0, two samples
        5, 0, 0, 0, 0, 0, 0, 0,  // sequence
        7, 0, 0, 0, 0, 0, 0, 0,  // first sample
        0x22, 0x11, 0, 0, 0, 0, 0, 0,  // device time
        0x90, 0xd0, 0x03, 0, 1, 2, 3, 4,  // 250000 mHz, session
        0x49, 0x49, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  // "II"
        0, 0, 0x48, 0x43, 0xff, 0xff, 0xff, 0xff,  // gain 200, baseline -1
        2, 1, 0, 0x80,  // 258, missing
      ])
    let header = try decode(bytes)
    #expect(header.isLast)
    let values = header.millivolts(lead: 0, from: bytes)
    #expect(values[0] == 1.295)
    #expect(values[1].isNaN)
    #expect(encoder.sequence == 6)
  }

  @Test(arguments: SampleFormat.allCases)
  func aMissingSampleOfOneLeadIsMissingInThatLeadOnly(_ format: SampleFormat) throws {
    var encoder = PacketSamples.encoder(format)
    var bytes: [UInt8] = []
    encoder.encode(
      millivolts: [1, .nan, 3, 4, 5, 6].span, firstSample: SampleNumber(0), into: &bytes)
    let header = try decode(bytes)
    let first = header.millivolts(lead: 0, from: bytes)
    #expect(first.map(\.isNaN) == [false, true, false])
    #expect(header.millivolts(lead: 1, from: bytes) == [4, 5, 6])
  }

  @Test(arguments: SampleFormat.allCases)
  func aPartOfALeadIsCopiedFromItsOffset(_ format: SampleFormat) throws {
    let bytes = PacketSamples.packet(format, samples: 20)
    let header = try decode(bytes)
    var part = [Float](repeating: 0, count: 6)
    var span = part.mutableSpan
    header.copyMillivolts(lead: 1, from: bytes.span.bytes, offset: 11, into: &span)
    #expect(part == Array(header.millivolts(lead: 1, from: bytes)[11..<17]))
  }

  @Test func anExtensionOfTheHeaderIsSkipped() throws {
    var bytes = PacketSamples.packet(.float32)
    let samples = try decode(bytes).millivolts(lead: 1, from: bytes)
    bytes.insert(contentsOf: [UInt8](repeating: 0xee, count: 16), at: 96)
    bytes[6] = 112
    let header = try decode(bytes)
    #expect(header.headerLength == 112)
    #expect(header.millivolts(lead: 1, from: bytes) == samples)
  }

  @Test func theLargestPacketIsAccepted() throws {
    let name = (0..<16).map { PacketLead(Lead("L\($0)")!) }
    var encoder = PacketSamples.encoder(.float32, leads: name)
    var bytes: [UInt8] = []
    let millivolts = [Float](repeating: 1, count: 16 * encoder.maximumSamplesPerLead)
    encoder.encode(millivolts: millivolts.span, firstSample: SampleNumber(0), into: &bytes)
    #expect(bytes.count <= 65536)
    #expect(bytes.count > 65536 - 16 * 4)
    #expect(try decode(bytes).leadCount == 16)
  }

  @Test func millivoltsBeyondTheRangeOfAnInt16UnitAreLimited() throws {
    var encoder = PacketSamples.encoder(
      .int16, leads: [PacketLead(PacketSamples.mlii, gain: 1000, baseline: 0)])
    var bytes: [UInt8] = []
    encoder.encode(millivolts: [500, -500].span, firstSample: SampleNumber(0), into: &bytes)
    #expect(try decode(bytes).millivolts(lead: 0, from: bytes) == [32.767, -32.767])
  }
}
