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

  @Test(arguments: [false, true])
  func aKeyHasNoMoreConnectionsThanItMayAndTheOthersAreNotShutOut(overIPC isLocal: Bool) throws {
    let lines = ["gateway a KEY a-*", "gateway b KEY b-*", "operator station KEY *"]
    let bench = try TrustBench(lines, isLocal: isLocal) {
      $0.limits.connectionsPerKey = 3
      // After which who was put off tries again.
      $0.limits.handshakeMs = 500
    }
    var connections = try (0..<6).map { number in
      let connection = Connection(try bench.gateway("a", stream: "a-\(number)"))
      try connection.gateway.play(TrustBench.flat(1), packets: 360, isLast: false)
      return connection
    }
    let full = try bench.wait(as: "station") {
      $0.streams.count == 3 && ($0.keys?.refused["tooManyConnections"] ?? 0) >= 3
    }
    let inside = Set(full.streams.map(\.id))
    var b = try bench.gateway("b", stream: "b-1")
    try b.play(TrustBench.flat(1), packets: 360, isLast: false)
    try bench.wait(as: "station") { $0.streams.contains { $0.id == "b-1" } }
    #expect(try bench.status(as: "station").streams.count == 4)
    // One that goes makes room for one of those that were told to try again.
    let leaving = try #require(
      connections.firstIndex { inside.contains($0.gateway.stream.description) })
    connections.remove(at: leaving)
    try bench.wait(as: "station") { $0.streams.count == 5 }
    // And again, many times: nothing is counted for ever.
    for round in 0..<20 {
      let gone = Connection(try bench.gateway("b", stream: "b-\(round % 2 + 2)"))
      try gone.gateway.play(TrustBench.flat(1), packets: 360, isLast: false)
      try bench.wait(as: "station") { Int($0.packets) == 6 + round }
    }
    var last = try bench.gateway("b", stream: "b-4")
    try last.play(TrustBench.flat(1), packets: 360, isLast: false)
    try bench.wait(as: "station") { $0.streams.contains { $0.id == "b-4" } }
    withExtendedLifetime(connections) {}
  }

  /// A table that expectations may change.
  private final class Table {
    private var table = ConnectionTable(patienceNs: 100)
    func admit(_ key: Int, from address: String, limit: Int, nowNs: UInt64) -> Bool {
      table.admit(key, from: address, limit: limit, nowNs: nowNs)
    }
    func take(_ event: ConnectionEvent, from address: String?) { table.take(event, from: address) }
    func count(of key: Int) -> Int { table.count(of: key) }
  }

  @Test func connectionsAreCountedFromTheHandshakeToTheEnd() {
    let table = Table()
    #expect(table.admit(7, from: "10.0.0.1", limit: 2, nowNs: 0))
    #expect(table.admit(7, from: "10.0.0.1", limit: 2, nowNs: 1))
    #expect(!table.admit(7, from: "10.0.0.1", limit: 2, nowNs: 2))
    #expect(table.admit(8, from: "10.0.0.2", limit: 2, nowNs: 3))
    // The order of opening is that of admission for one address only.
    table.take(ConnectionEvent(.opened, descriptor: 30), from: "10.0.0.2")
    table.take(ConnectionEvent(.opened, descriptor: 31), from: "10.0.0.1")
    table.take(ConnectionEvent(.closed, descriptor: 31), from: nil)
    #expect(table.count(of: 7) == 1)
    #expect(table.count(of: 8) == 1)
    table.take(ConnectionEvent(.closed, descriptor: 30), from: nil)
    #expect(table.count(of: 8) == 0)
    // One that never spoke, or closed twice, is nobody's.
    table.take(ConnectionEvent(.closed, descriptor: 30), from: nil)
    #expect(table.count(of: 7) == 1)
  }

  @Test func whoLeftOnTheWayIsForgottenAfterTheTimeOfAHandshake() {
    let table = Table()
    #expect(table.admit(1, from: "host:0:0:77", limit: 1, nowNs: 0))
    #expect(!table.admit(1, from: "host:0:0:78", limit: 1, nowNs: 99))
    #expect(table.admit(1, from: "host:0:0:79", limit: 1, nowNs: 100))
    table.take(ConnectionEvent(.opened, descriptor: 5), from: nil)
    #expect(!table.admit(1, from: "host:0:0:80", limit: 1, nowNs: 1000))
    #expect(table.admit(2, from: "10.0.0.9", limit: 1, nowNs: 1000))
    // One that opened and went before anybody looked: its address is no longer to be had.
    table.take(ConnectionEvent(.opened, descriptor: 6), from: nil)
    table.take(ConnectionEvent(.closed, descriptor: 6), from: nil)
    #expect(table.count(of: 2) == 0)
    // A descriptor that opens again had closed.
    table.take(ConnectionEvent(.opened, descriptor: 5), from: nil)
    #expect(table.count(of: 1) == 0)
  }
}
