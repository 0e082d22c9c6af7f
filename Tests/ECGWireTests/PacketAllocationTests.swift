import CAllocationCounter
import ECGCore
import ECGWire
import Testing

@Suite struct PacketAllocationTests {
  @Test func theCounterCounts() {
    let before = allocation_count()
    let array = [Int](repeating: 1, count: Int.random(in: 1000...1001))
    #expect(array.count >= 1000)
    #expect(allocation_count() > before)
  }

  @Test(arguments: SampleFormat.allCases)
  func decodingAndReadingAPacketAllocatesNothing(_ format: SampleFormat) throws {
    let packet = PacketSamples.packet(format, samples: 250)
    let topic = Array("ecg/bed-12".utf8)
    let streams = [StreamKey(StreamID("bed-12")!): 3]
    var layout = PacketLayout()
    let v1 = LeadName(PacketSamples.v1)
    var values = [Float](repeating: 0, count: 250)
    var found = 0

    func once() throws(PacketError) {
      let bytes = packet.span.bytes
      let key = try StreamKey(topic: topic.span.bytes)
      found += streams[key] ?? 0
      let header = try SamplePacketHeader.decode(bytes)
      if !layout.matches(header, in: bytes) { layout.remember(header, in: bytes) }
      let lead = header.leadIndex(of: v1, in: bytes) ?? 0
      var span = values.mutableSpan
      header.copyMillivolts(lead: lead, from: bytes, into: &span)
    }
    try once()
    let before = allocation_count()
    for _ in 0..<100 { try once() }
    #expect(allocation_count() - before == 0)
    #expect(found == 303)
  }

  /// Swift Testing records a backtrace at every throw, which allocates; so refusals are compared
  /// with as many throws of nothing at all.
  @Test func refusingAPacketAllocatesNoMoreThanAnyThrow() {
    struct Nothing: Error {}
    var broken = PacketSamples.packet(.int16)
    broken[4] = 9
    func allocations(of body: () -> Bool) -> UInt64 {
      _ = body()
      let before = allocation_count()
      for _ in 0..<100 where !body() { return .max }
      return allocation_count() - before
    }
    let throwing = allocations {
      do throws(Nothing) { throw Nothing() } catch { return true }
    }
    let refusing = allocations {
      do throws(PacketError) {
        _ = try SamplePacketHeader.decode(broken.span.bytes)
        return false
      } catch {
        return error.reason == .badVersion
      }
    }
    #expect(refusing == throwing)
  }

  @Test(arguments: SampleFormat.allCases)
  func encodingIntoAUsedArrayAllocatesNothing(_ format: SampleFormat) throws {
    var encoder = PacketSamples.encoder(format)
    let millivolts = PacketSamples.millivolts(500)
    let fewer = PacketSamples.millivolts(20)
    var packet: [UInt8] = []

    func encode(_ count: Int) {
      for i in 0..<count {
        encoder.encode(
          millivolts: i % 2 == 0 ? millivolts.span : fewer.span, firstSample: SampleNumber(0),
          into: &packet)
      }
    }
    // Both lengths once: the runtime looks up what a path needs at its first use, and keeps it.
    encode(3)
    let before = allocation_count()
    encode(100)
    #expect(allocation_count() - before == 0)
    #expect(try decode(packet).sequence == 102)
  }
}
