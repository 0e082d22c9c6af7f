import ECGAlarm
import ECGWire
import Foundation
import PipelineTesting
import Testing
import ZeroMQ

/// What operators do through the control socket of a running daemon.
@Suite(.serialized) struct OperatorTests {
  /// A bed whose lead is off, with the samples at an end: the alarm is on, and stays on.
  private func leadOff(_ bench: DaemonBench) throws -> AlertEvent {
    var samples = Player.synthetic(seconds: 20, seed: 3).samples
    for i in 3600..<samples.count { samples[i] = .nan }
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 360, isLast: false)
    let status = try bench.wait { $0.streams.first?.alarms.contains("leadOff") ?? false }
    #expect(status.streams[0].signals?.contains { $0.condition == .leadOff } == true)
    let alerts = try #require(try bench.ask(ControlRequest(.snapshot)).alerts)
    return try #require(alerts.first { $0.condition == .leadOff })
  }

  private func acknowledge(_ alarm: String, by name: String? = "sister.b") -> ControlRequest {
    var request = ControlRequest(.acknowledge)
    request.alarm = alarm
    request.by = name
    return request
  }

  @Test func anAcknowledgementIsToldToEverybody() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    let alarm = try leadOff(bench)
    let reply = try bench.ask(acknowledge(alarm.alarm))
    #expect(reply.ok)
    let event = try #require(reply.alerts?.first)
    #expect(event.alarm == alarm.alarm)
    #expect(event.presence == .acknowledged)
    #expect(event.acknowledged?.by == "sister.b")
    let until = try #require(event.acknowledged?.until.sample)
    let samples = until - event.detection!.sample
    #expect(samples == Int64(360 * bench.configuration.alarm.acknowledgeSeconds))
    let signal = try bench.status().streams.first?.signals?.first { $0.alarm == alarm.alarm }
    #expect(signal?.presence == .acknowledged)
    #expect(signal?.acknowledged?.by == "sister.b")
    let snapshot = try bench.ask(ControlRequest(.snapshot)).alerts
    #expect(snapshot?.contains { $0.id == event.id } == true)
    bench.daemon.stop()
    let life = try bench.journal().filter { $0.alarm == alarm.alarm }
    #expect(life.first?.phase == .start)
    #expect(life.contains(event))
    #expect(life.last?.phase == .end)
  }

  @Test func whatIsNotOnCannotBeAcknowledged() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    #expect(try bench.ask(acknowledge("bed-1:77")).error?.code == .unknownAlarm)
    bench.daemon.stop()
  }

  @Test func aPauseIsAnAlarmOfItsOwnAndExpiresEvenWhereNoSampleComes() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    let alarm = try leadOff(bench)
    var request = ControlRequest(.pause)
    request.stream = "bed-1"
    request.seconds = 6
    request.by = "dr.a"
    let reply = try bench.ask(request)
    #expect(reply.alerts?.map(\.condition).contains(.alarmsPaused) == true)
    #expect(reply.alerts?.contains { $0.alarm == alarm.alarm && $0.cause == .paused } == true)
    let paused = try bench.status().streams[0]
    #expect(paused.state == .paused)
    #expect(paused.paused?.by == "dr.a")
    // Pausing hides nothing.
    #expect(paused.alarms.contains("leadOff"))
    try bench.wait { $0.streams.first?.paused == nil }
    bench.daemon.stop()
    let events = try bench.journal()
    let pause = events.filter { $0.condition == .alarmsPaused }
    #expect(pause.map(\.phase) == [.start, .end])
    #expect(pause.last?.cause == .cleared)
    #expect(events.contains { $0.alarm == alarm.alarm && $0.cause == .resumed })
  }

  @Test func aPauseEndsWhenAnOperatorSaysSo() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    _ = try leadOff(bench)
    var request = ControlRequest(.resume)
    request.stream = "bed-1"
    #expect(try bench.ask(request).error?.code == .unknownStream)
    var pause = ControlRequest(.pause)
    pause.stream = "bed-1"
    pause.seconds = 3600
    #expect(try bench.ask(pause).ok)
    let reply = try bench.ask(request)
    #expect(reply.alerts?.first { $0.condition == .alarmsPaused }?.cause == .resumed)
    #expect(try bench.status().streams.first?.paused == nil)
    pause.stream = "bed-9"
    #expect(try bench.ask(pause).error?.code == .unknownStream)
    bench.daemon.stop()
  }

  private func pauseAndResume(_ bench: DaemonBench, by name: String) throws -> [AlertEvent] {
    var pause = ControlRequest(.pause)
    pause.stream = "bed-1"
    pause.seconds = 3600
    _ = try bench.ask(pause)
    var resume = ControlRequest(.resume)
    resume.stream = "bed-1"
    resume.by = name
    return try bench.ask(resume).alerts ?? []
  }

  @Test func whoEndedAPauseIsTold() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    let alarm = try leadOff(bench)
    let told = try pauseAndResume(bench, by: "dr.a")
    #expect(told.first { $0.condition == .alarmsPaused }?.resumedBy == "dr.a")
    #expect(told.first { $0.alarm == alarm.alarm }?.resumedBy == "dr.a")
    bench.daemon.stop()
    let events = try bench.journal()
    #expect(events.contains { $0.cause == .resumed })
    #expect(events.allSatisfy { ($0.resumedBy == "dr.a") == ($0.cause == .resumed) })
  }

  @Test func aLateOperatorGetsWhatIsOnAndThenEveryEventOnceInOrder() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    let alarm = try leadOff(bench)
    for _ in 0..<5 { _ = try pauseAndResume(bench, by: "dr.a") }
    var late = try bench.operatorSocket()
    try late.set(.receiveTimeout, 200)
    let snapshot = try bench.ask(ControlRequest(.snapshot))
    let active = try bench.status().activeAlarms
    #expect(snapshot.alerts?.count == active)
    #expect(snapshot.alerts?.contains { $0.alarm == alarm.alarm } == true)
    let first = try #require(snapshot.sequence)
    for _ in 0..<20 { _ = try pauseAndResume(bench, by: "dr.a") }
    let last = try #require(try bench.ask(ControlRequest(.snapshot)).sequence)
    var heard: [AlertEvent] = []
    func seen() -> Int64 { heard.last?.sequence ?? first }
    func catchUp(to end: Int64) throws {
      var request = ControlRequest(.replay)
      request.since = seen()
      heard += (try bench.ask(request).alerts ?? []).filter { $0.sequence < end }
    }
    while seen() < last {
      guard let frames = try late.receiveFrames() else {
        try catchUp(to: .max)
        continue
      }
      let event = try AlertEvent.decode(frames[1])
      guard event.sequence > seen() else { continue }
      if event.sequence > seen() + 1 { try catchUp(to: event.sequence) }
      heard.append(event)
    }
    #expect(heard.map(\.sequence) == Array((first + 1)...seen()))
    #expect(heard.count >= 80)
    bench.daemon.stop()
    let kept = try bench.journal().filter { $0.sequence > first && $0.sequence <= seen() }
    #expect(heard == kept)
  }

  @Test func theSignOfLifeCountsTheChecksThatPassed() throws {
    let bench = try DaemonBench(TestModel.slidingModel(), heartbeatSeconds: 1)
    var listener = try bench.operatorSocket()
    try listener.subscribe("heartbeat")
    var beats: [Heartbeat] = []
    while beats.count < 3 {
      let frames = try #require(try listener.receiveFrames())
      #expect(frames[0] == Heartbeat.topic)
      beats.append(try Heartbeat.decode(frames[1]))
    }
    #expect(beats.map(\.counter) == (0..<3).map { beats[0].counter + $0 })
    #expect(Set(beats.map(\.run)).count == 1)
    #expect(beats.allSatisfy { $0.troubles.isEmpty && $0.intervalSeconds == 1 })
    #expect(try bench.status().heartbeat?.counter ?? 0 >= beats[2].counter)
    bench.daemon.stop()
  }
}
