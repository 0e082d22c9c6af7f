import ECGAlarm
import ECGCore
import ECGModel
import ECGMonitor
import ECGWire
import PipelineTesting
import Testing
import ZeroMQ

@Suite(.serialized) struct DaemonTests {
  /// A score that the random network's windows exceed now and then, so that there are alerts.
  private func model() throws -> Autoencoder {
    try TestModel.slidingModel(learningSeconds: 8, limit: 0.8)
  }

  /// Everything that the daemon publishes about a recording, wall-clock fields aside.
  private func fingerprints(
    _ samples: [Float], packets: Int, speed: Double?, shards: Int
  ) throws -> [String] {
    let bench = try DaemonBench(model(), shards: shards)
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: packets, speed: speed)
    try bench.wait { $0.samples == Int64(samples.count) && $0.streams.isEmpty }
    bench.daemon.stop()
    return try bench.journal().map(\.fingerprint)
  }

  @Test func theSameRecordingGivesTheSameBytesAtAnySpeedInAnyPacketsOnAnyShards() throws {
    let samples = Player.synthetic(seconds: 30, seed: 3).samples
    let reference = try fingerprints(samples, packets: 36, speed: nil, shards: 1)
    #expect(reference.contains { $0.contains("abnormalBeats") })
    for (packets, speed, shards) in [
      (36, 1.0, 1), (36, 100.0, 1), (1, nil, 1), (37, nil, 2), (500, nil, 2), (37, 100, 2),
    ] as [(Int, Double?, Int)] {
      #expect(
        try fingerprints(samples, packets: packets, speed: speed, shards: shards) == reference,
        "packets of \(packets), speed \(speed.map { "\($0)" } ?? "max"), \(shards) shards")
    }
  }

  @Test func whatAnOperatorHearsIsWhatTheJournalHolds() throws {
    let samples = Player.synthetic(seconds: 30, seed: 3).samples
    let bench = try DaemonBench(model())
    var listener = try bench.operatorSocket()
    // A subscription takes a moment to arrive; the status comes after it on the same thread.
    try bench.wait { $0.uptimeSeconds > 0.3 }
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 90)
    let status = try bench.wait { $0.samples == Int64(samples.count) && $0.streams.isEmpty }
    var heard: [AlertEvent] = []
    for _ in 0..<status.alertsPublished {
      let frames = try #require(try listener.receiveFrames())
      #expect(frames[0] == Array("alert/bed-1".utf8))
      heard.append(try AlertEvent.decode(frames[1]))
    }
    bench.daemon.stop()
    #expect(try bench.journal() == heard)
    #expect(heard.map(\.sequence) == (0..<heard.count).map { Int64($0) + 1 })
    #expect(Set(heard.map(\.id)).count == heard.count)
    for event in heard where event.phase != .start {
      #expect(heard.contains { $0.alarm == event.alarm && $0.phase == .start })
    }
  }

  @Test func refusedPacketsAreCountedByReasonAndLoseNoOthers() throws {
    let samples = Player.synthetic(seconds: 20).samples
    let bench = try DaemonBench(model())
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(Array(samples[..<3600]), packets: 36, isLast: false)
    try gateway.send([1, 2, 3])
    try gateway.send([UInt8](repeating: 0, count: 200))
    try gateway.send([], topic: "nonsense")
    try gateway.send([UInt8](repeating: 7, count: 70_000))
    _ = try gateway.socket.send("one frame only")
    let status = try bench.wait {
      $0.rejected.values.reduce(0, +) == 5 && $0.samples == 3600
        && $0.streams.first?.alarms.isEmpty == false
    }
    #expect(status.rejected == ["truncated": 1, "badMagic": 1, "badTopic": 2, "oversize": 1])
    let stream = try #require(status.streams.first)
    #expect(stream.rejected == ["truncated": 1, "badMagic": 1, "oversize": 1])
    #expect(stream.alarms.contains("badPackets"))
    bench.daemon.stop()
    let events = try bench.journal().filter { $0.condition == .badPackets }
    #expect(events.map(\.phase) == [.start, .end])
  }

  @Test func streamsPastTheLimitAreRefusedCountedAndAlerted() throws {
    let samples = Array(Player.synthetic(seconds: 20).samples[..<360])
    let bench = try DaemonBench(model(), maximumStreams: 3)
    var socket = try bench.gateway()
    for i in 0..<8 {
      var gateway = TestGateway(socket, stream: "bed-\(i)")
      try gateway.play(samples, packets: 360, isLast: false)
      socket = gateway.socket
    }
    let status = try bench.wait { $0.packets == 8 && $0.samples == 3 * 360 }
    #expect(status.streams.map(\.id) == ["bed-0", "bed-1", "bed-2"])
    #expect(status.rejected == ["streamLimit": 5])
    bench.daemon.stop()
    let events = try bench.journal().filter { $0.condition == .streamLimit }
    #expect(events.count == 1)
    #expect(events.first?.stream == nil)
  }

  @Test func aPublishingGatewayIsHeardOnASubSocket() throws {
    let samples = Array(Player.synthetic(seconds: 20).samples[..<3600])
    let bench = try DaemonBench(model(), kind: .sub)
    // XPUB tells when the daemon's subscription has arrived.
    var socket = try bench.gateway(.xpub)
    _ = try socket.receiveFrames()
    var gateway = TestGateway(socket)
    try gateway.play(samples, packets: 36)
    let status = try bench.wait { $0.samples == 3600 && $0.streams.isEmpty }
    #expect(status.rejected.isEmpty)
    bench.daemon.stop()
  }

  @Test func missingSamplesAreCountedAndAnInfinityRefusesItsPacket() throws {
    var samples = Array(Player.synthetic(seconds: 20).samples[..<3600])
    for i in 1000..<1100 { samples[i] = .nan }
    let bench = try DaemonBench(model())
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 100, isLast: false)
    var bad = Array(samples[..<100])
    bad[7] = .infinity
    try gateway.play(bad, packets: 100, isLast: false)
    let status = try bench.wait { $0.samples == 3600 && $0.rejected["notFinite"] == 1 }
    #expect(status.streams.first?.missing == 100)
    bench.daemon.stop()
  }

  @Test func otherLeadsMidStreamAreLearntAnewAndAlerted() throws {
    let samples = Array(Player.synthetic(seconds: 20).samples[..<3600])
    let bench = try DaemonBench(model())
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 100, isLast: false)
    try bench.wait { $0.samples == 3600 }
    var other = TestGateway(try bench.gateway(), lead: "V1")
    try other.play(samples, packets: 100, isLast: false)
    let status = try bench.wait { $0.streams.first?.layoutChanges == 1 && $0.samples == 7200 }
    #expect(status.streams.first?.lead == "V1")
    bench.daemon.stop()
    let events = try bench.journal().filter { $0.condition == .layoutChange }
    #expect(events.map(\.phase) == [.start, .end])
  }

  @Test func whatAKilledDaemonLeftOnIsEndedAndNumberingGoesOn() throws {
    let samples = Player.synthetic(seconds: 30, seed: 3).samples
    let first = try DaemonBench(model())
    var gateway = TestGateway(try first.gateway())
    try gateway.play(samples, packets: 90)
    try first.wait { $0.samples == Int64(samples.count) && $0.streams.isEmpty }
    first.daemon.stop()
    // The journal as it was when an alarm had begun and nothing more was written.
    let events = try first.journal()
    let start = try #require(events.firstIndex { $0.phase == .start })
    let cut = Array(try first.entries()[...start])
    let second = try DaemonBench(model(), journal: cut)
    second.daemon.stop()
    let after = try second.journal()
    #expect(after.count == cut.count + 1)
    #expect(after.last?.phase == .end)
    #expect(after.last?.alarm == events[start].alarm)
    #expect(after.last?.streamSequence == events[start].streamSequence + 1)
  }

  @Test func aStreamThatEndsGivesItsPlaceToAnother() throws {
    let samples = Array(Player.synthetic(seconds: 20).samples[..<360])
    let bench = try DaemonBench(model(), maximumStreams: 1)
    var socket = try bench.gateway()
    for i in 0..<5 {
      var gateway = TestGateway(socket, stream: "bed-\(i)")
      try gateway.play(samples, packets: 36)
      socket = gateway.socket
    }
    let status = try bench.wait { $0.samples == 5 * 360 }
    #expect(status.rejected.isEmpty)
    #expect(status.streams.isEmpty)
    bench.daemon.stop()
  }

  @Test func newLimitsHoldFromTheNextWindowOn() throws {
    let samples = Player.synthetic(seconds: 30, seed: 3).samples
    let bench = try DaemonBench(model())
    var changed = bench.configuration
    changed.alarm.limit = 1000
    bench.daemon.apply(changed)
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 90)
    try bench.wait { $0.samples == Int64(samples.count) && $0.streams.isEmpty }
    bench.daemon.stop()
    #expect(try bench.journal().filter { $0.condition == .abnormalBeats }.isEmpty)
  }

  @Test func snapshotAndReplayTellALateOperatorEverything() throws {
    let samples = Player.synthetic(seconds: 30, seed: 3).samples
    let bench = try DaemonBench(model())
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 90, isLast: false)
    try bench.wait { $0.samples == Int64(samples.count) }
    var request = ControlRequest(.replay)
    request.since = 0
    let all = try #require(try bench.ask(request).alerts)
    #expect(!all.isEmpty)
    let snapshot = try bench.ask(ControlRequest(.snapshot))
    let on = Set(all.filter { $0.phase == .start }.map(\.alarm))
      .subtracting(all.filter { $0.phase == .end }.map(\.alarm))
    #expect(Set(snapshot.alerts!.map(\.alarm)) == on)
    #expect(snapshot.sequence == all.last?.sequence)
    request.since = all[0].sequence
    #expect(try bench.ask(request).alerts == Array(all.dropFirst()))
    bench.daemon.stop()
    let ended = try bench.journal()
    #expect(
      Set(ended.filter { $0.phase == .start }.map(\.alarm))
        == Set(ended.filter { $0.phase == .end }.map(\.alarm)))
  }
}
