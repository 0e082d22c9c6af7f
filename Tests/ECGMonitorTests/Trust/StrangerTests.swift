import ECGCore
import ECGMonitor
import ECGWire
import Foundation
import Testing
import ZeroMQ

/// Who has no key, or not the right one, gets nothing, in and out.
@Suite(.serialized) struct StrangerTests {
  private static let lines = [
    "gateway bedside KEY bed-*",
    "operator station KEY * acknowledge",
    "revoked gateway stolen KEY *",
    "revoked operator left KEY *",
  ]

  enum Stranger: String, CaseIterable, Sendable {
    case withoutKey, withAKeyThatNobodyKnows, withARevokedKey, withTheWrongServersKey
    case withAKeyForTheOtherSockets
  }

  private func socket(
    _ kind: SocketKind, _ endpoint: Endpoint, _ stranger: Stranger, of bench: TrustBench,
    subscribing topic: String? = nil
  ) throws -> Socket {
    let isGateway = kind == .push
    switch stranger {
    case .withoutKey:
      return try bench.socket(kind, endpoint, as: nil, subscribing: topic)
    case .withAKeyThatNobodyKnows:
      return try bench.socket(kind, endpoint, as: .generate(), subscribing: topic)
    case .withARevokedKey:
      return try bench.socket(
        kind, endpoint, as: bench.pair(isGateway ? "stolen" : "left"), subscribing: topic)
    case .withTheWrongServersKey:
      return try bench.socket(
        kind, endpoint, as: bench.pair(isGateway ? "bedside" : "station"),
        to: CurveKeyPair.generate().publicKey, subscribing: topic)
    case .withAKeyForTheOtherSockets:
      return try bench.socket(
        kind, endpoint, as: bench.pair(isGateway ? "station" : "bedside"), subscribing: topic)
    }
  }

  @Test(arguments: Stranger.allCases, [false, true])
  func aStrangerGetsNothingInAndOut(_ stranger: Stranger, overIPC isLocal: Bool) throws {
    let bench = try TrustBench(Self.lines, isLocal: isLocal)
    defer { withExtendedLifetime(bench) {} }
    let configuration = bench.configuration
    var alerts = try socket(
      .sub, configuration.alerts.endpoint, stranger, of: bench, subscribing: "")
    var waves = try socket(
      .sub, configuration.waveforms.endpoint, stranger, of: bench, subscribing: "")
    var asker = try socket(.req, configuration.control.endpoint, stranger, of: bench)
    var pusher = try socket(
      .push, configuration.samples.sockets[0].endpoint, stranger, of: bench)
    try pusher.set(.linger, 0)
    try pusher.set(.sendTimeout, 50)
    var intruder = TestGateway(pusher, stream: "bed-9")
    try intruder.play(TrustBench.flat(1), packets: 36, isLast: false)
    try asker.set(.sendTimeout, 300)
    try asker.set(.receiveTimeout, 300)
    let isSent = try asker.send(ControlRequest(.status).encoded())
    // Meanwhile those who have keys are served: there is something that could be overheard.
    var honest = try bench.listener("station")
    var display = try bench.socket(
      .sub, configuration.waveforms.endpoint, as: bench.pair("station"), subscribing: "wave/")
    Thread.sleep(forTimeInterval: 0.3)
    var gateway = try bench.gateway("bedside", stream: "bed-1")
    try gateway.play(TrustBench.flat(10), packets: 36, isLast: false)
    try gateway.send([1, 2, 3])
    #expect(try honest.receiveFrames()?.first == Array("alert/bed-1".utf8))
    #expect(try display.receiveFrames()?.first == Array("wave/bed-1".utf8))
    let status = try bench.wait(as: "station") { $0.samples == 3600 }
    #expect(status.streams.map(\.id) == ["bed-1"])
    try alerts.set(.receiveTimeout, 200)
    try waves.set(.receiveTimeout, 200)
    #expect(try alerts.receiveFrames() == nil)
    #expect(try waves.receiveFrames() == nil)
    if isSent { #expect(try asker.receiveFrames() == nil) }
    let refused = try #require(status.keys?.refused)
    switch stranger {
    // Refused by the handshake itself, before anybody is asked.
    case .withoutKey, .withTheWrongServersKey: #expect(refused.isEmpty)
    case .withAKeyThatNobodyKnows: #expect((refused["unknownKey"] ?? 0) >= 4)
    case .withARevokedKey: #expect((refused["revokedKey"] ?? 0) >= 4)
    case .withAKeyForTheOtherSockets: #expect((refused["wrongRole"] ?? 0) >= 4)
    }
  }

  @Test func withoutAnAnsweringHandlerNobodyComesIn() throws {
    let context = try Context()
    let (server, client) = (try CurveKeyPair.generate(), try CurveKeyPair.generate())
    var receiver = try Socket(.pull, in: context)
    try receiver.serveCurve(server, domain: "samples", handshakeMs: 500)
    try receiver.set(.receiveTimeout, 500)
    let port = try freePort()
    try receiver.bind("tcp://127.0.0.1:\(port)")
    var sender = try Socket(.push, in: context)
    try sender.authenticate(as: client, to: server.publicKey)
    try sender.connect("tcp://127.0.0.1:\(port)")
    _ = try sender.send("hello")
    #expect(try receiver.receiveFrames() == nil)
    // The same with a handler that hangs: bound, and silent.
    var handler = try Socket(.rep, in: context)
    try handler.bind("inproc://zeromq.zap.01")
    #expect(try receiver.receiveFrames() == nil)
  }
}
