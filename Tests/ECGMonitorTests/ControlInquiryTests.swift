import ECGAlarm
import ECGWire
import PipelineTesting
import Testing

/// What the control socket tells of alarms that are known already, and of the daemon itself.
@Suite(.serialized) struct ControlInquiryTests {
  private static let rateHz = 360.0

  /// Forty seconds of a bed whose lead comes off after fifteen.
  private func bench() throws -> DaemonBench {
    let bench = try DaemonBench(TestModel.slidingModel())
    var samples = Player.synthetic(seconds: 40, seed: 3).samples
    for i in Int(15 * Self.rateHz)..<samples.count { samples[i] = .nan }
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 360, isLast: false)
    try bench.wait { $0.samples == Int64(samples.count) }
    return bench
  }

  private func strip(_ alarm: String, _ bench: DaemonBench) throws -> ControlReply {
    var request = ControlRequest(.strip)
    request.alarm = alarm
    return try bench.ask(request)
  }

  @Test func anAlarmsECGComesWithReconstructionAndError() throws {
    let bench = try bench()
    let event = try #require(
      try bench.ask(ControlRequest(.snapshot)).alerts?.first { $0.condition == .leadOff })
    // The publisher may still have to take it from the shard.
    var reply = try strip(event.alarm, bench)
    for _ in 0..<200 where reply.error?.code == .noStrip { reply = try strip(event.alarm, bench) }
    let strip = try #require(reply.strip)
    #expect(strip.alarm == event.alarm && strip.stream == "bed-1" && strip.condition == .leadOff)
    #expect(strip.onsetSample == event.onset?.sample)
    #expect(strip.streamRateHz == Self.rateHz)
    let count = strip.ecgMicrovolts.count
    #expect(count == Int(20 * strip.valueRateHz))
    #expect(strip.reconstructionMicrovolts.count == count && strip.errorMicrovolts.count == count)
    let onsetSeconds = Double(strip.onsetSample - strip.firstSample) / strip.streamRateHz
    #expect(abs(Double(strip.onsetIndex) / strip.valueRateHz - onsetSeconds) < 0.05)
    // A heart before the onset, with what the network made of it.
    let heart = strip.ecgMicrovolts[..<strip.onsetIndex].compactMap { $0 }
    #expect(try #require(heart.max()) - (heart.min() ?? 0) > 500)
    let judged = (0..<count).filter { strip.errorMicrovolts[$0] != nil }
    #expect(judged.count > count / 10)
    for i in judged {
      #expect(
        strip.errorMicrovolts[i] == strip.ecgMicrovolts[i]! - strip.reconstructionMicrovolts[i]!)
    }
    bench.daemon.stop()
  }

  @Test func theStatusTellsTheQueuesAndTheHistogramOfLatencies() throws {
    let bench = try bench()
    let status = try bench.status()
    let queues = try #require(status.queues)
    #expect(queues.map(\.name) == [.packets, .strips, .waveforms, .reports])
    #expect(queues.allSatisfy { $0.used >= 0 && $0.used <= $0.capacity && $0.capacity > 0 })
    let latency = try #require(status.latency)
    let buckets = try #require(latency.buckets)
    let sumMs = try #require(latency.sumMs)
    #expect(latency.count > 10 && sumMs > 0)
    #expect(zip(buckets, buckets.dropFirst()).allSatisfy { $0.count <= $1.count })
    let last = try #require(buckets.last)
    #expect(last.count <= latency.count)
    bench.daemon.stop()
  }

  @Test func whatTheJournalDoesNotHaveIsSaid() throws {
    let bench = try bench()
    #expect(try strip("bed-1:999", bench).error?.code == .unknownAlarm)
    var request = ControlRequest(.pause)
    request.stream = "bed-1"
    request.seconds = 60
    let pause = try #require(
      try bench.ask(request).alerts?.first { $0.condition == .alarmsPaused })
    #expect(try strip(pause.alarm, bench).error?.code == .noStrip)
    bench.daemon.stop()
  }

  @Test func theHistoryOfABedLeavesOutWhatMerelyRepeatsIt() throws {
    let bench = try bench()
    let samples = [Float](repeating: .nan, count: Int(90 * Self.rateHz))
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 360, isLast: false, from: Int(40 * Self.rateHz))
    try bench.wait { $0.samples == Int64(130 * Self.rateHz) }
    var request = ControlRequest(.history)
    request.stream = "bed-1"
    let history = try #require(try bench.ask(request).alerts)
    var replay = ControlRequest(.replay)
    replay.since = 0
    let all = try #require(try bench.ask(replay).alerts)
    #expect(all.contains { $0.cause == .keepAlive })
    #expect(history == all.filter { $0.cause != .keepAlive && $0.stream == "bed-1" })
    request.limit = 1
    #expect(try bench.ask(request).alerts == history.suffix(1))
    request.stream = "bed-2"
    #expect(try bench.ask(request).alerts == [])
    bench.daemon.stop()
  }
}
