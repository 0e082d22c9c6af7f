import ECGWire
import Foundation
import Testing
import ZeroMQ

@testable import ECGMonitor

/// How many connections one key may have, and that they are counted right.
@Suite(.serialized) struct ConnectionLimitTests {
  /// A gateway's socket, which can be let go by itself.
  private final class Connection {
    var gateway: TestGateway
    init(_ gateway: consuming TestGateway) { self.gateway = gateway }
  }

  /// A gateway on a machine of its own: one with that address.
  private func gateway(
    _ name: String, at address: String, stream: String, of bench: TrustBench
  ) throws -> Connection {
    let endpoint = bench.configuration.samples.sockets[0].endpoint.text
    var socket = try Socket(.push, in: bench.context)
    try socket.set(.linger, 3000)
    try socket.authenticate(as: bench.pair(name), to: bench.server.publicKey)
    try socket.connect(endpoint.replacing("tcp://", with: "tcp://\(address):0;"))
    let connection = Connection(TestGateway(socket, stream: stream))
    try connection.gateway.play(TrustBench.flat(1), packets: 360, isLast: false)
    return connection
  }

  @Test func aKeyHasNoMoreConnectionsThanItMayAndTheOthersAreNotShutOut() throws {
    let lines = ["gateway a KEY a-*", "gateway b KEY b-*", "operator station KEY *"]
    let bench = try TrustBench(lines) {
      $0.limits.connectionsPerKey = 3
      // After which who was put off tries again.
      $0.limits.handshakeMs = 500
    }
    var connections = try (0..<6).map {
      try gateway("a", at: "127.0.0.2", stream: "a-\($0)", of: bench)
    }
    // Those that were put off have tried again, in vain.
    let full = try bench.wait(as: "station") {
      $0.streams.count == 3 && ($0.keys?.refused["tooManyConnections"] ?? 0) >= 6
    }
    let inside = Set(full.streams.map(\.id))
    let b = try gateway("b", at: "127.0.0.3", stream: "b-1", of: bench)
    try bench.wait(as: "station") { $0.streams.contains { $0.id == "b-1" } }
    #expect(try bench.status(as: "station").streams.count == 4)
    // One that goes makes room for one of those that were told to try again.
    let leaving = try #require(
      connections.firstIndex { inside.contains($0.gateway.stream.description) })
    connections.remove(at: leaving)
    try bench.wait(as: "station") { $0.streams.count == 5 }
    // And again, many times: nothing is counted for ever.
    for round in 0..<10 {
      let gone = try gateway("b", at: "127.0.0.3", stream: "b-2", of: bench)
      try bench.wait(as: "station") { Int($0.packets) == 6 + round }
      withExtendedLifetime(gone) {}
    }
    let report = try bench.status(as: "station")
    #expect(report.streams.filter { $0.id.hasPrefix("a-") }.count == 4)
    #expect(report.keys?.refused["tooManyConnections"] ?? 0 >= 6)
    withExtendedLifetime((connections, b)) {}
  }

  /// A table that expectations may change.
  private final class Table {
    private var table = ConnectionTable()
    func open(_ descriptor: CInt, from address: String?) { table.open(descriptor, from: address) }
    func close(_ descriptor: CInt) { table.close(descriptor) }
    func admit(_ key: Int, from address: String, limit: Int) -> Bool {
      table.admit(key, from: address, limit: limit)
    }
    func count(of key: Int) -> Int { table.count(of: key) }
  }

  @Test func connectionsAreCountedFromTheHandshakeToTheEnd() {
    let table = Table()
    for descriptor: CInt in 30...32 { table.open(descriptor, from: "10.0.0.1") }
    table.open(33, from: "10.0.0.2")
    #expect(table.admit(7, from: "10.0.0.1", limit: 2))
    #expect(table.admit(8, from: "10.0.0.2", limit: 2))
    #expect(table.admit(7, from: "10.0.0.1", limit: 2))
    #expect(!table.admit(7, from: "10.0.0.1", limit: 2))
    table.close(33)
    #expect(table.count(of: 7) == 2)
    #expect(table.count(of: 8) == 0)
    // The refused one goes, and then one of the others.
    table.close(32)
    #expect(table.count(of: 7) == 2)
    table.close(30)
    #expect(table.count(of: 7) == 1)
    // What closes twice is nobody's, and a descriptor that opens again had closed.
    table.close(30)
    #expect(table.count(of: 7) == 1)
    table.open(31, from: nil)
    #expect(table.count(of: 7) == 0)
    #expect(table.admit(7, from: "host:0:0:77", limit: 1))
    #expect(table.count(of: 7) == 1)
  }

  @Test func aConnectionThatNeverSpeaksHidesNoneThatDoes() {
    let table = Table()
    table.open(5, from: "10.0.0.1")
    table.open(6, from: "10.0.0.1")
    // It is 6 that shows the key; 5 is cut when its handshake's time is over.
    #expect(table.admit(1, from: "10.0.0.1", limit: 1))
    table.close(5)
    #expect(table.count(of: 1) == 1)
    #expect(!table.admit(1, from: "10.0.0.1", limit: 1))
    // One that came later cannot be the one that showed the key.
    table.open(7, from: "10.0.0.1")
    table.close(6)
    #expect(table.count(of: 1) == 0)
  }
}
