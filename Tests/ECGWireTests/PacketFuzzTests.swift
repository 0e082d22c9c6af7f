import ECGCore
import ECGWire
import Testing

/// A small seeded generator (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite struct PacketFuzzTests {
  @Test(arguments: SampleFormat.allCases)
  func aMutatedPacketIsRefusedOrReadWithinItsLimits(_ format: SampleFormat) {
    var random = SeededGenerator(state: 2026)
    let valid = PacketSamples.packet(format, samples: 8)
    var accepted = 0
    var reasons = Set<RejectReason>()
    for _ in 0..<20_000 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let i = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[i] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes[i] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        default: bytes.append(contentsOf: valid.prefix(i))
        }
        if bytes.isEmpty { break }
      }
      do throws(PacketError) {
        let header = try decode(bytes)
        accepted += 1
        for lead in 0..<header.leadCount {
          #expect(header.leadName(lead, in: bytes.span.bytes).lead != nil)
          for value in header.millivolts(lead: lead, from: bytes) where !value.isNaN {
            #expect(abs(value) <= 1000)
          }
        }
      } catch {
        reasons.insert(error.reason)
      }
    }
    // The mutations reach both outcomes and most rules, or this test would show nothing.
    #expect(accepted > 1000)
    #expect(reasons.count >= 14)
  }

  @Test func randomTopicsGiveAValidNameOrAnError() {
    var random = SeededGenerator(state: 7)
    var accepted = 0
    for _ in 0..<20_000 {
      var topic = Array("ecg/bed-1.A_z".utf8)
      topic[Int.random(in: 0..<topic.count, using: &random)] =
        UInt8.random(in: .min ... .max, using: &random)
      guard let key = try? StreamKey(topic: topic.span.bytes) else { continue }
      accepted += 1
      #expect(StreamID(key.description) == key.stream)
      #expect("ecg/\(key)" == String(decoding: topic, as: UTF8.self))
    }
    #expect(accepted > 1000)
  }
}
