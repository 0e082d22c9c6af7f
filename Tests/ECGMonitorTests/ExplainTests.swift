import ECGModel
import ECGWire
import PipelineTesting
import Testing

/// What `status` and `explain` tell of a patient, from a running daemon.
@Suite(.serialized) struct ExplainTests {
  private func request(_ stream: String?) -> ControlRequest {
    var request = ControlRequest(.explain)
    request.stream = stream
    return request
  }

  @Test func whatWasLearntOfAPatientCanBeSeen() throws {
    let samples = Player.synthetic(seconds: 150, seed: 5).samples
    let bench = try DaemonBench(TestModel.beats().model)
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 360, isLast: false)
    let status = try bench.wait { $0.samples == Int64(samples.count) }
    let learnt = try #require(status.streams.first?.learnt)
    // The synthetic patient has so many ectopic beats that the time is not shortened.
    #expect(learnt.phase == "settling")
    #expect(learnt.reasons?.count == 1)
    #expect(learnt.reasons?.first?.contains("% are like the most frequent one") == true)
    #expect(learnt.afterSeconds == nil)
    #expect(learnt.falseAlertsPerHour == bench.configuration.alarm.falseAlertsPerHour)
    #expect((60...80).contains(learnt.heartRate ?? 0))
    let references = try #require(learnt.references)
    #expect((0.5...1).contains(references[0].share))
    #expect((0.95...1.0001).contains(references[0].constancy))

    let explanation = try #require(try bench.ask(request("bed-1")).explanation)
    #expect(explanation.stream.id == "bed-1")
    #expect(explanation.references.map(\.index) == references.map(\.index))
    #expect(explanation.references[0].shape.count == BeatExcerpt.windowCount)
    #expect(explanation.trend.scores.count == explanation.trend.limits.count)
    #expect(explanation.trend.samples == explanation.trend.samples.sorted())
    // The synthetic patient has ventricular beats.
    let beat = try #require(explanation.lastAbnormal)
    #expect(beat.window.count == BeatExcerpt.windowCount)
    #expect(beat.reconstruction.count == BeatExcerpt.windowCount)
    #expect(beat.reference.count == BeatExcerpt.windowCount)
    #expect(beat.score >= beat.limit)
    bench.daemon.stop()
  }

  @Test func aStreamThatIsStillLearntSaysWhy() throws {
    let samples = Player.synthetic(seconds: 20, seed: 5).samples
    let bench = try DaemonBench(TestModel.beats().model)
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 360, isLast: false)
    let status = try bench.wait { $0.samples == Int64(samples.count) }
    let stream = try #require(status.streams.first)
    #expect(stream.state == .learning)
    #expect(stream.learnt?.phase == "waiting")
    #expect(stream.learnt?.reasons?.isEmpty == false)
    #expect(stream.learnt?.references == nil)
    bench.daemon.stop()
  }

  @Test func whatCannotBeExplainedIsSaid() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    #expect(try bench.ask(request(nil)).error?.code == .missingField)
    #expect(try bench.ask(request("bed-9")).error?.code == .unknownStream)
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(Array(Player.synthetic(seconds: 5).samples), packets: 360, isLast: false)
    try bench.wait { $0.streams.count == 1 }
    #expect(try bench.ask(request("bed-1")).error?.code == .unavailable)
    bench.daemon.stop()
  }
}
