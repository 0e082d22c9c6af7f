import ECGCore
import ECGMonitor
import ECGWire
import Foundation
import Glibc
import PipelineTesting
import ProcessTesting
import Synchronization
import Testing
import ZeroMQ

/// One hostile gateway among a hundred honest ones. ECGD_HOSTILE_SECONDS makes it longer.
@Suite(.serialized) struct HostileGatewayTests {
  /// Under a sanitizer the daemon carries fewer beds.
  private static let honest = Built.isSanitized ? 20 : 100
  private static let rate = 360
  private static let packet = 90

  @Test func oneHostileGatewayCostsAHundredHonestOnesNothing() throws {
    let seconds =
      ProcessInfo.processInfo.environment["ECGD_HOSTILE_SECONDS"].flatMap { Int($0) } ?? 5
    let lines =
      (0..<Self.honest).map { "gateway honest-\($0) KEY bed-\($0)" } + [
        "gateway hostile KEY evil-*", "operator station KEY *",
      ]
    let bench = try TrustBench(lines, streams: 256) { $0.limits.handshakeMs = 1000 }
    let isOver = Flag()
    let hostile = try attack(bench, until: isOver)
    let samples = Array(
      Player.synthetic(seconds: Double(seconds + 20)).samples[..<(seconds * Self.rate)])
    var gateways: [UncheckedBox] = []
    for i in 0..<Self.honest {
      gateways.append(UncheckedBox(try bench.gateway("honest-\(i)", stream: "bed-\(i)")))
    }
    // A packet of each in turn, in real time.
    let start = Date()
    for first in stride(from: 0, to: samples.count, by: Self.packet) {
      let due = start.addingTimeInterval(Double(first) / Double(Self.rate))
      Thread.sleep(forTimeInterval: max(0, due.timeIntervalSinceNow))
      let part = Array(samples[first..<(first + Self.packet)])
      for box in gateways {
        try box.gateway.play(part, packets: Self.packet, isLast: false, from: first)
      }
    }
    let expected = Int64(samples.count)
    var report = try bench.status(as: "station")
    for _ in 0..<400 {
      let honest = report.streams.filter { $0.id.hasPrefix("bed-") }
      if honest.count == Self.honest, honest.allSatisfy({ $0.samples == expected }) { break }
      Thread.sleep(forTimeInterval: 0.05)
      report = try bench.status(as: "station")
    }
    isOver.set()
    for thread in hostile { thread.join() }
    report = try bench.status(as: "station")
    let beds = report.streams.filter { $0.id.hasPrefix("bed-") }
    #expect(beds.count == Self.honest)
    let robbed = beds.filter { $0.samples != expected || $0.lost > 0 || $0.gaps > 0 }
    #expect(robbed.count == 0, "\(robbed.map { "\($0.id): \($0.lost) \($0.rejected)" })")
    #expect(beds.allSatisfy { $0.rejected.isEmpty })
    let keys = try #require(report.keys)
    for account in keys.gateways where account.name != "hostile" {
      #expect(account.rejected.isEmpty)
    }
    let evil = try #require(keys.gateways.first { $0.name == "hostile" })
    #expect((evil.rejected["gatewayRate"] ?? 0) > 0)
    #expect(evil.streams <= 64)
    print(
      "hostile: \(seconds) s, \(Self.honest) honest gateways: \(beds.map(\.lost).reduce(0, +)) "
        + "samples lost of \(expected * Int64(Self.honest)); hostile: \(evil.packets) packets, "
        + "refused \(evil.rejected), handshakes refused \(keys.refused), "
        + "accepted \(keys.handshakes); latency p99 \(report.latency?.p99Ms ?? -1) ms")
  }

  /// Floods, oversized packets, rubbish, foreign streams, strangers' handshakes and connections
  /// that never speak, each on a thread of its own.
  private func attack(_ bench: TrustBench, until isOver: Flag) throws -> [PosixThread] {
    let endpoint = bench.configuration.samples.sockets[0].endpoint
    let pair = bench.pair("hostile")
    let server = bench.server.publicKey
    @Sendable func push(as keys: CurveKeyPair, _ context: Context) throws -> Socket {
      var socket = try Socket(.push, in: context)
      try socket.set(.sendTimeout, 20)
      try socket.authenticate(as: keys, to: server)
      try socket.connect(endpoint.text)
      return socket
    }
    let isOver = isOver
    let attacks: [@Sendable () throws -> Void] = [
      {
        var gateway = TestGateway(try push(as: pair, Context()), stream: "evil-1")
        let part = TrustBench.flat(0.25)
        while !isOver.isSet { try gateway.play(part, packets: 9, isLast: false) }
      },
      {
        let big = [UInt8](repeating: 1, count: 1 << 20)
        while !isOver.isSet {
          var socket = try push(as: pair, Context())
          for _ in 0..<10 {
            _ = try socket.send("ecg/evil-2", more: true)
            _ = try socket.send(big)
          }
        }
      },
      {
        var socket = try push(as: pair, Context())
        var number = 0
        while !isOver.isSet {
          number += 1
          _ = try socket.send(
            number % 2 == 0 ? "ecg/bed-\(number % 100)" : "ecg/evil-\(number)", more: true)
          _ = try socket.send([UInt8](repeating: UInt8(number & 255), count: number % 300))
        }
      },
      {
        while !isOver.isSet {
          var socket = try push(as: .generate(), Context())
          _ = try socket.send("ecg/bed-1", more: true)
          usleep(2000)
        }
      },
      {
        let port = Int(endpoint.text.split(separator: ":").last!)!
        while !isOver.isSet {
          for _ in 0..<50 { _ = silentConnection(port) }
          usleep(100_000)
        }
      },
    ]
    return attacks.map { attack in PosixThread { try? attack() } }
  }
}

/// A connection that says nothing, and is left to the other end; closed after a while.
private func silentConnection(_ port: Int) -> Bool {
  let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  address.sin_port = UInt16(port).bigEndian
  let isConnected = withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
  DispatchQueue.global().asyncAfter(deadline: .now() + 3) { close(descriptor) }
  return isConnected
}

private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
}

private final class UncheckedBox {
  var gateway: TestGateway
  init(_ gateway: consuming TestGateway) { self.gateway = gateway }
}

private final class PosixThread: @unchecked Sendable {
  private let done = DispatchSemaphore(value: 0)
  init(_ body: @escaping @Sendable () -> Void) {
    let done = done
    Thread.detachNewThread {
      body()
      done.signal()
    }
  }
  func join() { done.wait() }
}
