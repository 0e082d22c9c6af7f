import ECGAlarm
import ECGWire
import Foundation
import PipelineTesting
import ProcessTesting
import Testing
import ZeroMQ

@testable import ECGMonitor

@Suite("Whether a listener keeps up") struct ListenerPaceTests {
  /// The look at which the listener is found at fault, and the fault.
  private func fault(
    _ looks: Int, _ flow: (Int) -> PeerFlow
  ) -> (look: Int, fault: ListenerPace.Fault)? {
    var pace = ListenerPace()
    for look in 0..<looks {
      if let fault = pace.take(flow(look)) { return (look, fault) }
    }
    return nil
  }

  @Test func oneThatTakesEverythingIsNeverAtFault() {
    #expect(fault(1000) { _ in PeerFlow(waitingBytes: 0) } == nil)
    #expect(
      fault(1000) { PeerFlow(waitingBytes: 0, takenBytes: UInt64($0), silenceMs: 2100) } == nil)
  }

  @Test func oneThatTakesNothingIsFoundAfterFiveLooks() throws {
    let local = try #require(fault(100) { _ in PeerFlow(waitingBytes: 9000) })
    #expect(local.look == 5)
    #expect(local.fault == .stuck)
    let growing = try #require(
      fault(100) { PeerFlow(waitingBytes: 9000 + $0, takenBytes: 12, silenceMs: 0) })
    #expect(growing.look == 5)
    #expect(growing.fault == .stuck)
  }

  @Test func oneThatTakesSomethingNowAndThenHasMoreTime() throws {
    let slow = try #require(
      fault(100) {
        PeerFlow(waitingBytes: 9000, takenBytes: UInt64($0 / 3), silenceMs: 0)
      })
    #expect(slow.look == ListenerPace.slowLooks - 1)
    #expect(slow.fault == .slow)
    #expect(fault(1000) { PeerFlow(waitingBytes: $0 % 20 == 0 ? 0 : 20 - $0 % 20) } == nil)
  }

  @Test func oneThatAnswersNoPingIsFoundThoughItsMachineTakesEverything() throws {
    let frozen = try #require(
      fault(100) { PeerFlow(waitingBytes: 0, takenBytes: 5, silenceMs: 1000 * $0) })
    #expect(frozen.fault == .frozen)
    #expect(frozen.look == 7)
  }
}

/// Operators that do not read, at a running daemon.
@Suite(.serialized) struct SlowOperatorTests {
  /// Each makes two alerts.
  private func trouble(_ bench: DaemonBench) throws {
    var pause = ControlRequest(.pause)
    pause.stream = "bed-1"
    pause.seconds = 3600
    _ = try bench.ask(pause)
    var resume = ControlRequest(.resume)
    resume.stream = "bed-1"
    _ = try bench.ask(resume)
  }

  private func hear(_ socket: inout Socket, into heard: inout [AlertEvent]) throws {
    while let frames = try socket.receiveFrames(wait: false) {
      heard.append(try AlertEvent.decode(frames[1]))
    }
  }

  @Test func oneThatReadsNothingAndOneThatIsFrozenAreCutOffAndNobodyElseIs() throws {
    let bench = try DaemonBench(
      TestModel.slidingModel(), heartbeatSeconds: 1,
      alerts: Endpoint("tcp://127.0.0.1:\(try freePort())")!)
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(Player.synthetic(seconds: 4, seed: 3).samples, packets: 360, isLast: false)
    var good = try bench.operatorSocket()
    let idle = try bench.operatorSocket(queue: 1)
    let frozen = try ChildProcess(
      Built.program("ecgctl"),
      [
        "watch", "--json", "--endpoint", bench.configuration.alerts.endpoint.text, "--control",
        bench.configuration.control.endpoint.text,
      ])
    try bench.wait { $0.operators?.listening == 3 && $0.streams.count == 1 }
    frozen.send(SIGSTOP)
    var heard: [AlertEvent] = []
    var dropped: Int64 = 0
    for _ in 0..<3000 where dropped < 2 {
      try trouble(bench)
      try hear(&good, into: &heard)
      dropped = try bench.status().operators?.dropped ?? 0
      Thread.sleep(forTimeInterval: 0.02)
    }
    #expect(dropped >= 2)
    frozen.send(SIGCONT)
    try bench.wait { $0.signals?.contains { $0.condition == .slowOperator } ?? false }
    withExtendedLifetime(idle) {}
    // It connects again, and asks for what it missed.
    let last = try #require(try bench.ask(ControlRequest(.snapshot)).sequence)
    var caughtUp: [Int64] = []
    while caughtUp.last ?? 0 < last, let line = frozen.line() {
      caughtUp.append(try AlertEvent.decode(Array(line.utf8)).sequence)
    }
    #expect(caughtUp == Array(caughtUp[0]..<(caughtUp[0] + Int64(caughtUp.count))))
    #expect(caughtUp.last ?? 0 >= last)
    frozen.send(SIGKILL)
    bench.daemon.stop()
    while let frames = try good.receiveFrames() {
      heard.append(try AlertEvent.decode(frames[1]))
      if heard.count >= Int(last) { break }
    }
    let kept = try bench.journal()
    #expect(heard.map(\.sequence) == Array(kept.map(\.sequence).prefix(heard.count)))
    #expect(heard.count >= Int(last))
    let told = try #require(heard.first { $0.condition == .slowOperator })
    #expect(told.reason.contains("127.0.0.1:"), "\(told.reason)")
    #expect(told.stream == nil)
  }

  @Test func anAlarmAboutTheDaemonItselfIsAcknowledgedAsAnyOther() throws {
    let bench = try DaemonBench(TestModel.slidingModel(), maximumStreams: 1)
    var first = TestGateway(try bench.gateway())
    try first.play([Float](repeating: 0, count: 360), packets: 360, isLast: false)
    try bench.wait { $0.streams.count == 1 }
    var second = TestGateway(try bench.gateway(), stream: "bed-2")
    try second.play([Float](repeating: 0, count: 360), packets: 360, isLast: false)
    let status = try bench.wait { $0.signals != nil }
    var request = ControlRequest(.acknowledge)
    request.alarm = try #require(status.signals?.first).alarm
    request.by = "anna"
    let event = try #require(try bench.ask(request).alerts?.first)
    #expect(event.condition == .streamLimit)
    #expect(event.cause == .acknowledged)
    #expect(event.presence == .acknowledged)
    #expect(event.acknowledged?.by == "anna")
    #expect(event.acknowledged?.until.time != nil)
    let signal = try #require(try bench.status().signals?.first)
    #expect(signal.presence == .acknowledged)
    #expect(signal.acknowledged?.by == "anna")
    bench.daemon.stop()
    #expect(try bench.journal().contains(event))
  }
}
