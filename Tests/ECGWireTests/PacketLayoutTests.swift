import ECGCore
import ECGWire
import Testing

@Suite struct PacketLayoutTests {
  private func encoded(_ encoder: SamplePacketEncoder, samples: Int) -> [UInt8] {
    var encoder = encoder
    var bytes: [UInt8] = []
    encoder.encode(
      millivolts: PacketSamples.millivolts(samples * encoder.leads.count).span,
      firstSample: SampleNumber(3), into: &bytes)
    return bytes
  }

  private func isSame(_ a: SamplePacketEncoder, _ b: SamplePacketEncoder) throws -> Bool {
    let first = encoded(a, samples: 4)
    let second = encoded(b, samples: 9)
    var layout = PacketLayout()
    #expect(layout.isEmpty)
    #expect(try !layout.matches(decode(first), in: first.span.bytes))
    layout.remember(try decode(first), in: first.span.bytes)
    #expect(try layout.matches(decode(first), in: first.span.bytes))
    return try layout.matches(decode(second), in: second.span.bytes)
  }

  @Test func packetsOfOneStreamHaveOneLayoutWhateverTheirLength() throws {
    #expect(try isSame(PacketSamples.encoder(.int16), PacketSamples.encoder(.int16)))
    #expect(try isSame(PacketSamples.encoder(.float32), PacketSamples.encoder(.float32)))
  }

  @Test func eachPartOfTheLayoutIsCompared() throws {
    let leads = PacketSamples.encoder(.int16).leads
    let base = PacketSamples.encoder(.int16)
    #expect(try !isSame(base, PacketSamples.encoder(.int16, millihertz: 360_001)))
    #expect(try !isSame(base, PacketSamples.encoder(.float32)))
    #expect(try !isSame(base, PacketSamples.encoder(.int16, leads: [leads[0]])))
    #expect(try !isSame(base, PacketSamples.encoder(.int16, leads: leads.reversed())))
    var gain = leads
    gain[1].gain = 1001
    #expect(try !isSame(base, PacketSamples.encoder(.int16, leads: gain)))
    var baseline = leads
    baseline[1].baseline = 0
    #expect(try !isSame(base, PacketSamples.encoder(.int16, leads: baseline)))
    var name = leads
    name[1].lead = Lead("V1-long-name-xyz")!
    #expect(try !isSame(base, PacketSamples.encoder(.int16, leads: name)))
  }

  @Test func aForgottenLayoutMatchesNothing() throws {
    let bytes = PacketSamples.packet(.int16)
    var layout = PacketLayout()
    layout.remember(try decode(bytes), in: bytes.span.bytes)
    layout.reset()
    #expect(try !layout.matches(decode(bytes), in: bytes.span.bytes))
  }
}
