import ECGCore
import ECGMonitor
import ECGWire
import Foundation
import Testing
import ZeroMQ

/// What a gateway with a key may send, and what becomes of the rest.
@Suite(.serialized) struct GatewayTrustTests {
  @Test func aGatewayPublishesTheStreamsOfItsKeyAndNoOthers() throws {
    let bench = try TrustBench([
      "gateway bedside KEY bed-1,ward-*", "operator station KEY *",
    ])
    var gateway = try bench.gateway("bedside", stream: "bed-1")
    try gateway.play(TrustBench.flat(1), packets: 36, isLast: false)
    for foreign in ["bed-12", "bed-2", "war", "ward"] {
      var wrongful = try bench.gateway("bedside", stream: foreign)
      try wrongful.play(TrustBench.flat(1), packets: 90, isLast: false)
    }
    var ward = try bench.gateway("bedside", stream: "ward-7.a")
    try ward.play(TrustBench.flat(1), packets: 36, isLast: false)
    let status = try bench.wait(as: "station") {
      $0.samples == 720 && $0.rejected["notAuthorised"] == 16
    }
    #expect(status.streams.map(\.id) == ["bed-1", "ward-7.a"])
    #expect(status.rejected == ["notAuthorised": 16])
    let account = try #require(status.keys?.gateways.first)
    #expect(account.name == "bedside")
    #expect(account.rejected == ["notAuthorised": 16])
    #expect(account.streams == 2)
    let alarm = try bench.wait(as: "station") { $0.activeAlarms > 0 }
    #expect(alarm.activeAlarms == 1)
    var request = ControlRequest(.replay)
    request.since = 0
    let told = try #require(try bench.ask(request, as: "station").alerts)
    #expect(told.map(\.condition) == [.wrongfulGateway])
    #expect(told.first?.reason.hasPrefix("gateway bedside may not send stream ") == true)
  }

  @Test func anotherGatewaysPacketsDoNotTouchTheStreamTheyClaim() throws {
    let bench = try TrustBench([
      "gateway a KEY bed-1", "gateway b KEY bed-2", "operator station KEY *",
    ])
    var a = try bench.gateway("a", stream: "bed-1")
    try a.play(TrustBench.flat(2), packets: 36, isLast: false)
    try bench.wait(as: "station") { $0.samples == 720 }
    // A forger ends the stream, restarts it, and sends rubbish under its name.
    var forger = try bench.gateway("b", stream: "bed-1")
    try forger.play(TrustBench.flat(1), packets: 36, isLast: true)
    try forger.send([1, 2, 3])
    let status = try bench.wait(as: "station") { $0.rejected["notAuthorised"] == 11 }
    let stream = try #require(status.streams.first)
    #expect(stream.rejected.isEmpty)
    #expect(stream.samples == 720)
    #expect(!stream.alarms.contains("badPackets"))
    #expect(status.keys?.gateways.first { $0.name == "a" }?.rejected.isEmpty == true)
  }

  @Test func aRevokedKeyIsCutOffAtTheReloadAndStaysOut() throws {
    let lines = ["gateway a KEY bed-*", "gateway b KEY *", "operator station KEY *"]
    let bench = try TrustBench(lines)
    var a = try bench.gateway("a", stream: "bed-1")
    var b = try bench.gateway("b", stream: "other")
    try a.play(TrustBench.flat(1), packets: 36, isLast: false)
    try b.play(TrustBench.flat(1), packets: 36, isLast: false)
    try bench.wait(as: "station") { $0.samples == 720 }
    try bench.reload(["revoked gateway a KEY bed-*"] + lines.dropFirst())
    try a.socket.set(.sendTimeout, 50)
    for i in 1...10 {
      try a.play(TrustBench.flat(1), packets: 36, isLast: false, from: 360 * i)
      Thread.sleep(forTimeInterval: 0.02)
    }
    try b.play(TrustBench.flat(1), packets: 36, isLast: false, from: 360)
    let status = try bench.wait(as: "station") {
      $0.samples >= 1080 && ($0.keys?.refused["revokedKey"] ?? 0) > 0
    }
    #expect(status.samples == 1080)
    #expect(status.streams.first { $0.id == "bed-1" }?.samples == 360)
    #expect((status.rejected["notAuthorised"] ?? 0) > 0)
    #expect(status.keys?.gateways.first { $0.name == "a" }?.isAuthorised == false)
    // Authorised anew, it is let in again. (libzmq gives a refused socket up: it takes a new one.)
    try bench.reload(lines)
    var again = try bench.gateway("a", stream: "bed-1")
    try again.play(TrustBench.flat(1), packets: 36, isLast: false, from: 360 * 40)
    try bench.wait(as: "station") { $0.streams.first { $0.id == "bed-1" }!.samples > 360 }
  }

  @Test func streamsThatAreAddedToAKeyAreTakenWithoutANewConnection() throws {
    let bench = try TrustBench(["gateway a KEY bed-1", "operator station KEY *"])
    var a = try bench.gateway("a", stream: "bed-1")
    try a.play(TrustBench.flat(1), packets: 36, isLast: false)
    try bench.wait(as: "station") { $0.samples == 360 }
    let handshakes = try bench.status(as: "station").keys!.handshakes
    try bench.reload(["gateway a KEY bed-1,bed-2", "operator station KEY *"])
    var other = TestGateway(a.socket, stream: "bed-2")
    try other.play(TrustBench.flat(1), packets: 36, isLast: false)
    let status = try bench.wait(as: "station") { $0.samples == 720 }
    #expect(status.rejected.isEmpty)
    // The station's own connections aside: one for each time it asked.
    #expect(status.keys!.handshakes > handshakes)
  }

  @Test func aBadFileOfKeysChangesNothing() throws {
    let bench = try TrustBench(["gateway a KEY bed-1", "operator station KEY *"])
    try "gateway a nonsense bed-1\n".write(
      toFile: bench.folder.file("authorized_keys"), atomically: true, encoding: .utf8)
    bench.daemon.reloadKeys()
    var a = try bench.gateway("a", stream: "bed-1")
    try a.play(TrustBench.flat(1), packets: 36, isLast: false)
    try bench.wait(as: "station") { $0.samples == 360 }
  }

  @Test func aGatewayHasNoMoreStreamsThanItMay() throws {
    let bench = try TrustBench(["gateway a KEY *", "gateway b KEY *", "operator station KEY *"]) {
      $0.limits.streamsPerGateway = 3
    }
    for i in 0..<8 {
      var a = try bench.gateway("a", stream: "a-\(i)")
      try a.play(TrustBench.flat(1), packets: 360, isLast: false)
    }
    var b = try bench.gateway("b", stream: "b-1")
    try b.play(TrustBench.flat(1), packets: 360, isLast: false)
    let status = try bench.wait(as: "station") {
      $0.samples == 4 * 360 && $0.rejected["gatewayStreams"] == 5
    }
    #expect(status.keys?.gateways.first { $0.name == "a" }?.streams == 3)
  }

  @Test func aGatewaySendsNoMorePacketsThanItMay() throws {
    let bench = try TrustBench(["gateway a KEY *", "operator station KEY *"]) {
      $0.limits.packetsPerSecond = 10
    }
    var a = try bench.gateway("a", stream: "bed-1")
    try a.play(TrustBench.flat(5), packets: 6, isLast: false)
    let status = try bench.wait(as: "station") {
      Int($0.packets) == 300 && ($0.rejected["gatewayRate"] ?? 0) > 0
    }
    // Four seconds' worth at once, and what came while it was sending.
    let taken = 300 - (status.rejected["gatewayRate"] ?? 0)
    #expect((40...60).contains(taken))
  }
}
