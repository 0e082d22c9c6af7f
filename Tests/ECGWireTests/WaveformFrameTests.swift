import CAllocationCounter
import ECGCore
import Foundation
import Testing

@testable import ECGWire

@Suite struct WaveformFrameTests {
  private func header(count: Int = 3) -> WaveformHeader {
    var header = WaveformHeader(
      kind: .cleaned, count: count, valueRate: SampleRate(millihertz: 128_000),
      streamRate: SampleRate(millihertz: 360_000), sequence: 7, first: SampleNumber(36_000),
      index: 12_800, path: 2, limit: 0.5, quality: 0.875, lead: LeadName(Lead("MLII")!))
    header.isLearning = true
    header.hasNetwork = true
    header.deviceTimeNs = 1_700_000_000_000_000_000
    header.score = 0.25
    header.heartRate = 72
    header.signalToNoiseDecibels = 1.5
    header.networkShare = 0.5
    return header
  }

  private func encoded(_ header: WaveformHeader, _ values: [Float]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xee, count: header.frameByteCount)
    header.encode(values.span, into: &bytes)
    return bytes
  }

  @Test func aFrameComesBackAsItWasWritten() throws {
    for kind in WaveformHeader.Kind.allCases {
      var header = header()
      header.kind = kind
      let bytes = encoded(header, [1, -2, 0.5])
      let decoded = try WaveformHeader.decode(bytes.span.bytes)
      #expect(decoded.header == header)
      #expect(decoded.values == [1, -2, 0.5])
    }
  }

  @Test func everyFieldLiesWhereTheProtocolSaysSo() {
    let bytes = encoded(header(), [1, -2, 0.5])
    #expect(bytes.count == 108)
    #expect(Array(bytes[0..<8]) == Array("ECGW".utf8) + [1, 1, 96, 0])
    func number<T: FixedWidthInteger>(_ at: Int, _ type: T.Type) -> T {
      (0..<MemoryLayout<T>.size).reversed().reduce(0) {
        $0 << 8 | T(truncatingIfNeeded: bytes[at + $1])
      }
    }
    func float(_ at: Int) -> Float { Float(bitPattern: number(at, UInt32.self)) }
    #expect(number(8, UInt32.self) == 3)
    #expect(number(12, UInt32.self) == 3)
    #expect(number(16, UInt32.self) == 128_000)
    #expect(number(20, UInt32.self) == 360_000)
    #expect(number(24, UInt64.self) == 7)
    #expect(number(32, Int64.self) == 36_000)
    #expect(number(40, Int64.self) == 12_800)
    #expect(number(48, Int64.self) == 1_700_000_000_000_000_000)
    #expect(number(56, UInt32.self) == 2)
    #expect([60, 64, 68, 72, 76, 80].map(float) == [0.25, 0.5, 72, 0.875, 1.5, 0.5])
    #expect(number(84, UInt32.self) == 0)
    #expect(Array(bytes[88..<96]) == Array("MLII".utf8) + [0, 0, 0, 0])
    #expect([96, 100, 104].map(float) == [1, -2, 0.5])
  }

  @Test func whatIsNoFrameGivesAnErrorThatSaysWhy() {
    let whole = encoded(header(), [1, -2, 0.5])
    func error(_ change: (inout [UInt8]) -> Void) -> WaveformHeader.DecodeError? {
      var bytes = whole
      change(&bytes)
      do {
        _ = try WaveformHeader.decode(bytes.span.bytes)
        return nil
      } catch { return error }
    }
    #expect(error { $0.removeLast(100) } == .truncated(expected: 96, actual: 8))
    #expect(error { $0.removeLast() } == .truncated(expected: 108, actual: 107))
    #expect(error { $0[0] = 0 } == .badMagic)
    #expect(error { $0[4] = 9 } == .badVersion(9))
    #expect(error { $0[5] = 0 } == .badKind(0))
    #expect(error { $0[6] = 90 } == .headerLength(90))
  }

  @Test func writingAllocatesNothing() {
    let header = header()
    let values: [Float] = [1, 2, 3]
    var bytes = [UInt8](repeating: 0, count: header.frameByteCount)
    header.encode(values.span, into: &bytes)
    let before = allocation_count()
    for _ in 0..<100 { header.encode(values.span, into: &bytes) }
    #expect(allocation_count() - before == 0)
  }

  @Test func aSubscriptionIsAPrefixOfTheTopic() {
    let bed = StreamID("bed-12")!
    for prefix in ["", "wave", "wave/", "wave/bed-1", "wave/bed-12"] {
      #expect(WaveformTopic.wave.matches(Array(prefix.utf8), bed), "\(prefix)")
    }
    for prefix in ["wave/bed-123", "latent/", "wave/bed-2", "alert/"] {
      #expect(!WaveformTopic.wave.matches(Array(prefix.utf8), bed), "\(prefix)")
    }
    #expect(WaveformTopic.latent.bytes(bed) == Array("latent/bed-12".utf8))
  }
}
