import ECGCore
import ECGWire
import Foundation
import Testing
import ZeroMQ

/// The Python gateway against our sockets and decoder: two programs that share only Protocol.md.
@Suite(.enabled(if: Python.isPresent, "no Python with pyzmq: set ECGD_PYTHON"), .serialized)
struct GatewayExampleTests {
  struct Arrangement: Sendable, CustomTestStringConvertible {
    var isPublisher: Bool
    var gatewayBinds: Bool
    var testDescription: String {
      "\(isPublisher ? "PUB" : "PUSH") \(gatewayBinds ? "binds" : "connects")"
    }
  }

  static let arrangements = [false, true].flatMap { publisher in
    [false, true].map { Arrangement(isPublisher: publisher, gatewayBinds: $0) }
  }

  @Test(arguments: arrangements)
  func everySampleOfTheGatewayArrives(_ arrangement: Arrangement) throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(path: "ecgd-gateway-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let csv = directory.appending(path: "lead.csv")
    let written = (0..<333).map { Float($0 % 50) / 32 - 0.5 }
    try written.map { $0 == 0.25 ? "nan" : "\($0)" }.joined(separator: "\n")
      .write(to: csv, atomically: true, encoding: .utf8)

    let context = try Context()
    var socket = try testSocket(arrangement.isPublisher ? .sub : .pull, context)
    if arrangement.isPublisher { try socket.subscribe(SampleTopic.prefix) }
    let address = "ipc://" + directory.appending(path: "samples").path
    if arrangement.gatewayBinds { try socket.connect(address) } else { try socket.bind(address) }

    let gateway = try Python.start(
      [
        Python.example("gateway.py"), address, "--csv", csv.path, "--stream", "bed-7", "--rate",
        "250", "--speed", "100",
      ] + (arrangement.isPublisher ? ["--pub"] : []) + (arrangement.gatewayBinds ? ["--bind"] : []))
    defer { Python.end(gateway) }

    var received: [Float] = []
    var sequence: UInt64 = 0
    var isLast = false
    var layout = PacketLayout()
    while !isLast {
      let frames = try #require(try socket.receiveFrames())
      #expect(frames.count == 2)
      let (topic, packet) = (frames[0], frames[1])
      let stream = try StreamKey(topic: topic.span.bytes)
      let header = try decode(packet)
      let lead = header.leadName(0, in: packet.span.bytes)
      let isSameLayout = layout.matches(header, in: packet.span.bytes)
      #expect(stream.description == "bed-7")
      #expect(lead.description == "II")
      #expect(isSameLayout == (sequence > 0))
      #expect(header.sequence == sequence)
      #expect(header.firstSample == SampleNumber(Int64(received.count)))
      #expect(header.sampleRate == SampleRate(hertz: 250))
      #expect(header.mode == .test)
      #expect(header.deviceTimeNs > 1_700_000_000_000_000_000)
      layout.remember(header, in: packet.span.bytes)
      received += header.millivolts(lead: 0, from: packet)
      sequence += 1
      isLast = header.isLast
    }
    gateway.waitUntilExit()
    #expect(gateway.terminationStatus == 0)
    #expect(received.count == written.count)
    for (got, sent) in zip(received, written) {
      #expect(sent == 0.25 ? got.isNaN : got == sent)
    }
  }

  @Test func whatTheGatewayMakesUpLooksLikeAHeart() throws {
    let context = try Context()
    var socket = try testSocket(.pull, context)
    try socket.bind("tcp://127.0.0.1:*")
    let gateway = try Python.start([
      Python.example("gateway.py"), try socket.lastEndpoint, "--seconds", "4", "--speed", "1000",
    ])
    defer { Python.end(gateway) }
    var received: [Float] = []
    while received.count < 1000 {
      let frames = try #require(try socket.receiveFrames())
      received += try decode(frames[1]).millivolts(lead: 0, from: frames[1])
    }
    #expect(received.count == 1000)
    #expect(received.filter { $0 > 0.95 }.count >= 5)
    #expect(received.max()! < 1.2)
  }
}
