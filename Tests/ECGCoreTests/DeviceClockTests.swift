import ECGCore
import Testing

@Suite struct DeviceClockTests {
  private let rate = SampleRate(millihertz: 360_000)
  private let start: Int64 = 1_700_000_000_000_000_000

  @Test func withoutAStatedTimeNoSampleHasOne() {
    var clock = DeviceClock()
    clock.observe(0, at: SampleNumber(0), rate: rate)
    #expect(clock.timeNs(of: SampleNumber(10), rate: rate) == nil)
  }

  @Test func timesFollowFromTheAnchorAndTheRate() {
    var clock = DeviceClock()
    clock.observe(start, at: SampleNumber(1000), rate: rate)
    #expect(clock.timeNs(of: SampleNumber(1360), rate: rate) == start + 1_000_000_000)
    #expect(clock.timeNs(of: SampleNumber(640), rate: rate) == start - 1_000_000_000)
    #expect(clock.timeNs(of: SampleNumber(1001), rate: rate) == start + 2_777_777)
    #expect(clock.timeNs(of: SampleNumber(999), rate: rate) == start - 2_777_778)
  }

  @Test func smallDeviationsKeepTheAnchorAndLargeOnesMoveIt() {
    var clock = DeviceClock()
    clock.observe(start, at: SampleNumber(0), rate: rate)
    clock.observe(start + 1_200_000_000, at: SampleNumber(360), rate: rate)
    #expect(clock.timeNs(of: SampleNumber(360), rate: rate) == start + 1_000_000_000)
    clock.observe(start + 2_300_000_000, at: SampleNumber(720), rate: rate)
    #expect(clock.timeNs(of: SampleNumber(720), rate: rate) == start + 2_300_000_000)
  }
}
