import ECGAlarm
import ECGCore
import ECGWire
import Testing

@testable import ECGMonitor

private let aSecond: UInt64 = 1_000_000_000

@Suite("Shedding") struct SheddingTests {
  /// A stream's packets of a tenth of a aSecond, and how far behind each is.
  private struct Stream {
    var lag = StreamLag()
    var encoder = SamplePacketEncoder(
      sampleRate: SampleRate(millihertz: 250_000), leads: [PacketLead(Lead("II")!)],
      format: .int16, mode: .test, session: 1)
    private let samples = [Int16](repeating: 0, count: 25)

    mutating func behind(packet: Int, atNs now: UInt64) throws -> Int64 {
      var bytes: [UInt8] = []
      let samples = samples
      encoder.encode(
        units: samples.span, firstSample: SampleNumber(Int64(25 * packet)), into: &bytes)
      return lag.process(try SamplePacketHeader.decode(bytes.span.bytes), nowNs: now)
    }
  }

  @Test func aStreamThatComesAsItIsMeasuredIsNeverBehind() throws {
    var stream = Stream()
    for packet in 0..<36_000 {
      let lag = try stream.behind(packet: packet, atNs: aSecond + UInt64(packet) * aSecond / 10)
      #expect(abs(lag) < 1000)
    }
  }

  @Test func aClockThatIsAHundredMillionthsSlowDoesNotPileUp() throws {
    var stream = Stream()
    var worst: Int64 = 0
    for packet in 0..<864_000 {
      let now = aSecond + UInt64(Double(packet) * 1.0001 * 1e8)
      worst = max(worst, try stream.behind(packet: packet, atNs: now))
    }
    #expect(worst < 1_000_000)
  }

  @Test func aRecordingThatIsPlayedFasterIsAheadAndNeverShed() throws {
    var stream = Stream()
    for packet in 1..<6000 {
      let lag = try stream.behind(packet: packet, atNs: aSecond + UInt64(packet) * aSecond / 100)
      #expect(lag <= 0)
      #expect(Shedding(pressedNs: 1000 * aSecond, lagNs: lag) == .nothing)
    }
  }

  @Test func samplesThatWaitAreBehindByAsLongAsTheyWaited() throws {
    var stream = Stream()
    _ = try stream.behind(packet: 0, atNs: aSecond)
    let lag = try stream.behind(packet: 1, atNs: aSecond + aSecond / 10 + 5 * aSecond)
    #expect(abs(lag - 5_000_000_000) < 1000)
  }

  @Test func anotherSessionCountsAnew() throws {
    var stream = Stream()
    _ = try stream.behind(packet: 0, atNs: aSecond)
    _ = try stream.behind(packet: 1, atNs: 60 * aSecond)
    stream.encoder = SamplePacketEncoder(
      sampleRate: SampleRate(millihertz: 250_000), leads: [PacketLead(Lead("II")!)],
      format: .int16, mode: .test, session: 2)
    #expect(try stream.behind(packet: 0, atNs: 61 * aSecond) == 0)
  }

  @Test func windowsAreShedBeforePackets() {
    #expect(Shedding(pressedNs: 0, lagNs: 60_000_000_000) == .nothing)
    #expect(Shedding(pressedNs: 60 * aSecond, lagNs: 0) == .nothing)
    #expect(Shedding(pressedNs: aSecond, lagNs: 1_000_000_000) == .windows)
    #expect(Shedding(pressedNs: 60 * aSecond, lagNs: 2_900_000_000) == .windows)
    #expect(Shedding(pressedNs: 60 * aSecond, lagNs: 3_000_000_000) == .packets)
  }

  @Test func pressureLastsUntilTheRingIsNearlyEmptyAgain() {
    var pressure = LoadPressure()
    func ask(_ ageMs: UInt64, _ fill: Double, at now: UInt64) -> UInt64 {
      pressure.process(ageNs: ageMs * 1_000_000, fill: fill, isFlooded: false, nowNs: now)
    }
    #expect(ask(10, 0.1, at: aSecond) == 0)
    #expect(ask(10, 0.6, at: 2 * aSecond) == 0)
    #expect(ask(10, 0.3, at: 3 * aSecond) == aSecond)
    #expect(ask(10, 0.1, at: 4 * aSecond) == 0)
    #expect(ask(600, 0.1, at: 5 * aSecond) == 0)
    #expect(ask(200, 0.1, at: 7 * aSecond) == 2 * aSecond)
    #expect(ask(50, 0.1, at: 8 * aSecond) == 0)
  }

  @Test func anAlarmOfTheDaemonEndsTenSecondsAfterTheLastSign() {
    var alarm = DaemonAlarm(.overload, ending: "over", acknowledgeSeconds: 180)
    #expect(alarm.take("one", nowNs: aSecond).count == 1)
    #expect(alarm.take("two", nowNs: 5 * aSecond).isEmpty)
    #expect(alarm.tick(nowNs: 14 * aSecond).isEmpty)
    #expect(alarm.tick(nowNs: 15 * aSecond).count == 1)
    #expect(alarm.tick(nowNs: 16 * aSecond).isEmpty)
    #expect(alarm.take("three", nowNs: 17 * aSecond).count == 1)
  }
}
