import ECGCore
import ECGMonitor
import ECGWire
import Foundation
import Testing
import ZeroMQ

/// What an operator with a key sees and does.
@Suite(.serialized) struct OperatorTrustTests {
  private static let lines = [
    "gateway g KEY *", "operator all KEY * acknowledge", "operator icu KEY icu-*",
  ]

  /// Makes an alert about each stream: a refused packet.
  private func trouble(_ streams: [String], on bench: TrustBench) throws {
    for stream in streams {
      var gateway = try bench.gateway("g", stream: stream)
      try gateway.play(TrustBench.flat(1), packets: 36, isLast: false)
      try gateway.send([1, 2, 3])
    }
  }

  /// What is heard until `count` topics are, and a moment more. Holds the daemon: what an operator
  /// has not read is gone when its connection is.
  private func topics(
    _ socket: inout Socket, _ count: Int, of bench: TrustBench
  ) throws -> Set<String> {
    defer { withExtendedLifetime(bench) {} }
    var heard: Set<String> = []
    // Signs of life come by the clock.
    func take(_ frames: [[UInt8]]) {
      if frames[0] != Heartbeat.topic { heard.insert(String(decoding: frames[0], as: UTF8.self)) }
    }
    try socket.set(.receiveTimeout, 5000)
    while heard.count < count, let frames = try socket.receiveFrames() { take(frames) }
    try socket.set(.receiveTimeout, 300)
    while let frames = try socket.receiveFrames() { take(frames) }
    return heard
  }

  @Test(arguments: ["", "alert/", "alert/icu-", "alert/i"])
  func aSubscriptionReachesAsFarAsTheKey(_ topic: String) throws {
    let bench = try TrustBench(Self.lines)
    var all = try bench.listener("all", topic)
    var icu = try bench.listener("icu", topic)
    Thread.sleep(forTimeInterval: 0.4)
    try trouble(["icu-1", "icu-12", "ward-1", "icu"], on: bench)
    let isBroad = topic.utf8.count <= "alert/".utf8.count
    let own: Set<String> = ["alert/icu-1", "alert/icu-12"]
    let heard1 = try topics(&icu, 2, of: bench)
    #expect(heard1 == own)
    let everything = own.union(isBroad ? ["alert/icu", "alert/ward-1"] : [])
      .union(topic == "alert/i" ? ["alert/icu"] : [])
    let heard2 = try topics(&all, everything.count, of: bench)
    #expect(heard2 == everything)
  }

  @Test func everyOperatorHearsOfTheDaemonItself() throws {
    let bench = try TrustBench(Self.lines + ["gateway narrow KEY icu-1"])
    var icu = try bench.listener("icu")
    Thread.sleep(forTimeInterval: 0.4)
    var wrongful = try bench.gateway("narrow", stream: "ward-1")
    try wrongful.play(TrustBench.flat(1), packets: 36, isLast: false)
    let heard3 = try topics(&icu, 1, of: bench)
    #expect(heard3 == ["alert//"])
  }

  @Test func theControlSocketTellsOfTheKeysStreamsOnly() throws {
    let bench = try TrustBench(Self.lines)
    try trouble(["icu-1", "ward-1"], on: bench)
    try bench.wait(as: "all") { $0.streams.count == 2 && $0.activeAlarms == 2 }
    #expect(try bench.status(as: "icu").streams.map(\.id) == ["icu-1"])
    var snapshot = ControlRequest(.snapshot)
    #expect(try bench.ask(snapshot, as: "all").alerts?.count == 2)
    #expect(try bench.ask(snapshot, as: "icu").alerts?.map(\.stream) == ["icu-1"])
    var replay = ControlRequest(.replay)
    replay.since = 0
    #expect(try bench.ask(replay, as: "icu").alerts?.allSatisfy { $0.stream == "icu-1" } == true)
    #expect(try bench.ask(replay, as: "icu").withheld == 1)
    #expect(try bench.ask(replay, as: "all").withheld == nil)
    snapshot.stream = "ward-1"
    #expect(try bench.ask(snapshot, as: "icu").error?.code == .unknownStream)
    replay.stream = "ward-1"
    #expect(try bench.ask(replay, as: "icu").error?.code == .unknownStream)
  }

  @Test func whoMayNotAcknowledgeIsRefusedAcknowledgingAndPausing() throws {
    let bench = try TrustBench(Self.lines)
    var acknowledge = ControlRequest(.acknowledge)
    acknowledge.alarm = "icu-1:1"
    var pause = ControlRequest(.pause)
    pause.stream = "icu-1"
    pause.seconds = 10
    for request in [acknowledge, pause] {
      #expect(try bench.ask(request, as: "icu").error?.code == .forbidden)
      #expect(try bench.ask(request, as: "all").error?.code != .forbidden)
    }
  }

  @Test func anAcknowledgementIsOfTheKeysOwnerAndOfAlarmsThatItMaySee() throws {
    let bench = try TrustBench(Self.lines + ["operator night KEY icu-* acknowledge"])
    try trouble(["icu-1", "ward-1"], on: bench)
    try bench.wait(as: "all") { $0.streams.count == 2 && $0.activeAlarms == 2 }
    let alarms = try bench.ask(ControlRequest(.snapshot), as: "all").alerts ?? []
    var request = ControlRequest(.acknowledge)
    request.by = "somebody else"
    request.alarm = try #require(alarms.first { $0.stream == "ward-1" }).alarm
    #expect(try bench.ask(request, as: "night").error?.code == .unknownAlarm)
    request.alarm = try #require(alarms.first { $0.stream == "icu-1" }).alarm
    let told = try bench.ask(request, as: "night")
    #expect(told.alerts?.first?.acknowledged?.by == "night")
  }

  @Test(arguments: [false, true])
  func aRevokedOperatorIsCutOffWhereItListens(overIPC isLocal: Bool) throws {
    let bench = try TrustBench(Self.lines, isLocal: isLocal)
    var icu = try bench.listener("icu")
    var waves = try bench.socket(
      .sub, bench.configuration.waveforms.endpoint, as: bench.pair("icu"), subscribing: "wave/")
    Thread.sleep(forTimeInterval: 0.4)
    try trouble(["icu-1"], on: bench)
    let heard4 = try topics(&icu, 1, of: bench)
    #expect(heard4 == ["alert/icu-1"])
    var feeder = try bench.gateway("g", stream: "icu-1")
    try feeder.play(TrustBench.flat(3), packets: 36, isLast: false, from: 360)
    #expect(try waves.receiveFrames() != nil)
    try bench.reload(Array(Self.lines.dropLast()) + ["revoked operator icu KEY icu-*"])
    // One turn of the idle threads, in which they notice.
    Thread.sleep(forTimeInterval: 0.6)
    try waves.set(.receiveTimeout, 0)
    while try waves.receiveFrames() != nil {}
    try feeder.play(TrustBench.flat(10), packets: 36, isLast: false, from: 360 * 4)
    try trouble(["icu-2"], on: bench)
    #expect(try topics(&icu, 0, of: bench).isEmpty)
    try waves.set(.receiveTimeout, 300)
    #expect(try waves.receiveFrames() == nil)
    let status = try bench.wait(as: "all") { ($0.keys?.refused["revokedKey"] ?? 0) >= 2 }
    #expect(status.keys?.authorised == 2)
  }

  @Test func anOperatorWhoseStreamsWereCutDownComesBackWithWhatIsLeft() throws {
    let bench = try TrustBench(Self.lines)
    var all = try bench.listener("all")
    Thread.sleep(forTimeInterval: 0.4)
    try trouble(["icu-1", "ward-1"], on: bench)
    let heard5 = try topics(&all, 2, of: bench)
    #expect(heard5 == ["alert/icu-1", "alert/ward-1"])
    try bench.reload([Self.lines[0], "operator all KEY ward-*", Self.lines[2]])
    // Cut, connected again, subscribed again.
    Thread.sleep(forTimeInterval: 1)
    try trouble(["icu-2", "ward-2"], on: bench)
    // What ward-1 has to say meanwhile comes as well.
    var heard6: Set<String> = []
    for _ in 0..<10 where !heard6.contains("alert/ward-2") {
      heard6.formUnion(try topics(&all, 1, of: bench))
    }
    #expect(heard6.contains("alert/ward-2"))
    #expect(heard6.isSubset(of: ["alert/ward-1", "alert/ward-2"]))
  }
}
