import CAllocationCounter
import Foundation
import Glibc
import Testing
import ZeroMQ

/// A socket that gives up waiting after a while, so that a failing test ends.
func testSocket(_ kind: SocketKind, _ context: Context) throws -> Socket {
  var socket = try Socket(kind, in: context)
  try socket.set(.receiveTimeout, 20_000)
  try socket.set(.sendTimeout, 20_000)
  return socket
}

@Suite struct SocketTests {
  @Test func framesArriveAsTheyWereSentOnABoundEphemeralPort() throws {
    let context = try Context()
    var pull = try testSocket(.pull, context)
    try pull.bind("tcp://127.0.0.1:*")
    let endpoint = try pull.lastEndpoint
    #expect(endpoint.hasPrefix("tcp://127.0.0.1:"))
    #expect(!endpoint.hasSuffix("*"))
    var push = try testSocket(.push, context)
    try push.connect(endpoint)
    let large = [UInt8](0...255) + [UInt8](repeating: 7, count: 5000)
    #expect(try push.send("ecg/a", more: true))
    #expect(try push.send(large))
    #expect(try push.send([UInt8]()))
    // Values are taken out first, because #expect cannot hold what cannot be copied.
    let message = Message()
    #expect(try pull.receive(into: message))
    let (topic, topicHasMore) = (message.text, message.hasMore)
    #expect(topic == "ecg/a")
    #expect(topicHasMore)
    #expect(try pull.receive(into: message))
    let (count, bytes, hasMore) = (message.byteCount, message.bytes, message.hasMore)
    let byte200 = message.withBytes { $0.unsafeLoad(fromByteOffset: 200, as: UInt8.self) }
    #expect(count == large.count)
    #expect(bytes == large)
    #expect(byte200 == 200)
    #expect(!hasMore)
    #expect(try pull.receive(into: message))
    let nothing = message.withBytes { $0.byteCount }
    #expect(nothing == 0)
  }

  @Test func aReceiveThatNeedNotWaitSaysSo() throws {
    let context = try Context()
    var pull = try Socket(.pull, in: context)
    try pull.bind("inproc://empty")
    let message = Message()
    #expect(try !pull.receive(into: message, wait: false))
    try pull.set(.receiveTimeout, 1)
    #expect(try !pull.receive(into: message))
    #expect(try pull.receiveFrames(wait: false) == nil)
  }

  @Test func errorsTellTheOperationTheEndpointAndTheCode() throws {
    let context = try Context()
    var first = try Socket(.pull, in: context)
    try first.bind("tcp://127.0.0.1:*")
    let taken = try first.lastEndpoint
    var second = try Socket(.pull, in: context)
    let error = #expect(throws: ZeroMQError.self) { try second.bind(taken) }
    #expect(error?.code == ZeroMQError.addressInUse)
    #expect(error?.description == "bind \(taken): Address already in use")
    let wrong = #expect(throws: ZeroMQError.self) { try second.connect("nonsense") }
    #expect(wrong?.code == EINVAL)
    #expect(wrong?.endpoint == "nonsense")
    let option = #expect(throws: ZeroMQError.self) { try second.set(.sendHighWaterMark, -7) }
    #expect(option?.operation == "set SNDHWM")
  }

  @Test func skippingTheRestOfAMessageLeavesTheNextOneWhole() throws {
    let context = try Context()
    var pull = try testSocket(.pull, context)
    try pull.bind("inproc://skip")
    var push = try testSocket(.push, context)
    try push.connect("inproc://skip")
    for frame in ["a", "b", "c"] { #expect(try push.send(frame, more: frame != "c")) }
    #expect(try push.send("next"))
    let message = Message()
    #expect(try pull.receive(into: message))
    try pull.skipRest(of: message)
    #expect(try pull.receiveFrames() == [Array("next".utf8)])
  }

  @Test func aPublisherThatDropsNothingTellsThatASubscriberIsFull() throws {
    let context = try Context()
    var publisher = try testSocket(.xpub, context)
    try publisher.set(.publisherNoDrop, 1)
    try publisher.set(.publisherVerbose, 1)
    try publisher.set(.sendHighWaterMark, 2)
    try publisher.bind("inproc://full")
    var subscriber = try testSocket(.sub, context)
    try subscriber.set(.receiveHighWaterMark, 2)
    try subscriber.connect("inproc://full")
    try subscriber.subscribe("alert/")
    #expect(try publisher.receiveFrames() == [[1] + Array("alert/".utf8)])
    var sent = 0
    while sent < 100, try publisher.send("alert/x", wait: false) { sent += 1 }
    #expect(sent >= 2)
    #expect(sent < 100)
    #expect(try subscriber.receiveFrames() != nil)
  }

  @Test func aRouterRefusesAnUnknownPeerAndAnswersAKnownOne() throws {
    let context = try Context()
    var router = try testSocket(.router, context)
    try router.set(.routerMandatory, 1)
    try router.bind("tcp://127.0.0.1:*")
    let error = #expect(throws: ZeroMQError.self) { _ = try router.send("nobody", more: true) }
    #expect(error?.code == ZeroMQError.unreachable)
    var request = try testSocket(.req, context)
    try request.connect(try router.lastEndpoint)
    #expect(try request.send("hello"))
    let frames = try #require(try router.receiveFrames())
    #expect(frames.count == 3)
    #expect(frames[1].isEmpty)
    #expect(frames[2] == Array("hello".utf8))
    for (i, frame) in [frames[0], [], Array("there".utf8)].enumerated() {
      #expect(try router.send(frame, more: i < 2))
    }
    #expect(try request.receiveFrames() == [Array("there".utf8)])
  }

  @Test func everyOptionIsAccepted() throws {
    let context = try Context()
    var socket = try Socket(.xpub, in: context)
    let options: [SocketOption] = [
      .sendHighWaterMark, .receiveHighWaterMark, .linger, .sendTimeout, .receiveTimeout,
      .immediate, .reconnectInterval, .reconnectIntervalMaximum, .handshakeInterval,
      .heartbeatInterval, .heartbeatTimeout, .heartbeatTTL, .ipv6, .backlog, .publisherNoDrop,
      .publisherVerbose, .publisherVerboser, .curveServer,
    ]
    for option in options { try socket.set(option, 1) }
    try socket.setMaximumMessageSize(65536)
    try socket.setHeartbeat(intervalMs: 1000, timeoutMs: 3000)
    // Two well-formed keys in Z85, from ZeroMQ's own documentation of CURVE.
    try socket.set(.curveSecretKey, "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6")
    try socket.set(.curvePublicKey, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")
    try socket.set(.zapDomain, "global")
    var client = try Socket(.sub, in: context)
    try client.set(.curveServerKey, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")
    try client.set(.identity, "me")
    try client.subscribe("")
    var router = try Socket(.router, in: context)
    try router.set(.routerHandover, 1)
  }

  @Test func aSocketTakesOverADescriptorThatAlreadyListens() throws {
    let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { Glibc.close(listening) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        #expect(bind(listening, $0, length) == 0)
        #expect(listen(listening, 8) == 0)
        #expect(getsockname(listening, $0, &length) == 0)
      }
    }
    let endpoint = "tcp://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    let context = try Context()
    var pull = try testSocket(.pull, context)
    try pull.set(.useFileDescriptor, Int(dup(listening)))
    try pull.bind(endpoint)
    var push = try testSocket(.push, context)
    try push.connect(endpoint)
    #expect(try push.send("activated"))
    #expect(try pull.receiveFrames() == [Array("activated".utf8)])
  }

  @Test func anOversizeFrameNeverArrives() throws {
    let context = try Context()
    var pull = try testSocket(.pull, context)
    try pull.setMaximumMessageSize(1000)
    try pull.bind("tcp://127.0.0.1:*")
    var push = try testSocket(.push, context)
    try push.connect(try pull.lastEndpoint)
    #expect(try push.send([UInt8](repeating: 1, count: 1001)))
    // The connection is dropped with what was on it, and made again for what is sent later.
    var received: [[UInt8]]?
    try pull.set(.receiveTimeout, 100)
    for _ in 0..<200 where received == nil {
      _ = try push.send("small")
      received = try pull.receiveFrames()
    }
    #expect(received == [Array("small".utf8)])
  }

  @Test func aShutDownContextEndsABlockedReceive() async throws {
    let context = try Context()
    var pull = try Socket(.pull, in: context)
    try pull.bind("inproc://blocked")
    context.shutdown()
    let error = #expect(throws: ZeroMQError.self) { _ = try pull.receiveFrames() }
    #expect(error?.code == ZeroMQError.contextTerminated)
  }

  @Test func keysForCURVEAreMadeAndUsed() throws {
    let server = try CurveKeyPair.generate()
    let client = try CurveKeyPair.generate()
    #expect(server.publicKey.utf8.count == 40)
    #expect(server.secretKey != client.secretKey)
    #expect(try CurveKeyPair(secretKey: server.secretKey) == server)
    #expect(throws: ZeroMQError.self) { try CurveKeyPair(secretKey: "short") }
    let context = try Context()
    var pull = try testSocket(.pull, context)
    try pull.set(.curveServer, 1)
    try pull.set(.curveSecretKey, server.secretKey)
    try pull.bind("tcp://127.0.0.1:*")
    var push = try testSocket(.push, context)
    try push.set(.curveServerKey, server.publicKey)
    try push.set(.curvePublicKey, client.publicKey)
    try push.set(.curveSecretKey, client.secretKey)
    try push.connect(try pull.lastEndpoint)
    #expect(try push.send("sealed"))
    #expect(try pull.receiveFrames() == [Array("sealed".utf8)])
  }
}
