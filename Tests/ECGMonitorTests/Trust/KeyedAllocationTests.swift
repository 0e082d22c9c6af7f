import CAllocationCounter
import ECGCore
import ECGMonitor
import Foundation
import Testing

/// The allocations of a daemon that knows its gateways by their keys, over encrypted sockets.
@Suite(.serialized) struct KeyedAllocationTests {
  @Test func afterTheAdmissionsNoThreadOfADaemonWithKeysAllocatesForPacketsOrWindows() throws {
    let beds = 4
    let seconds = 40.0
    let bench = try TrustBench(["gateway bedside KEY bed-*", "operator station KEY *"]) {
      $0.alerts.heartbeatSeconds = 600
      $0.restart.checkpoint = nil
      $0.alarm.limit = 1000
    }
    let gateways = try (0..<beds).map { try Bed(bench, number: $0) }
    let samples = CalmHeart.samples(seconds: seconds)
    let half = samples.count / 2
    for i in gateways.indices { try gateways[i].play(samples[..<half]) }
    let before = try bench.wait(as: "station") { $0.samples == Int64(beds * half) }
    // The answer is on its way from the last thread when the counting begins.
    Thread.sleep(forTimeInterval: 0.5)
    let threads = ["ingest", "shard-0", "publisher"]
    let counted = threads.map(bench.threads.allocations)
    let library = bench.threads.allocations("ZMQbg/IO/0")
    for i in gateways.indices { try gateways[i].play(samples[half...]) }
    // Asking the daemon would make it allocate an answer.
    Thread.sleep(forTimeInterval: 2)
    let now = threads.map(bench.threads.allocations)
    let libraryNow = bench.threads.allocations("ZMQbg/IO/0")
    let after = try bench.wait(as: "station") { $0.samples == Int64(beds * samples.count) }
    let packets = after.packets - before.packets
    print("libzmq's own thread, with keys: \(libraryNow - library) allocations, \(packets) packets")
    #expect(packets > 500)
    #expect(after.windows - before.windows > 20)
    for (i, thread) in threads.enumerated() {
      #expect(now[i] - counted[i] == 0, "\(thread)")
    }
  }

  /// A gateway that keeps its place between two parts of a recording.
  private final class Bed {
    var gateway: TestGateway
    var next = 0

    init(_ bench: TrustBench, number: Int) throws {
      gateway = try bench.gateway("bedside", stream: "bed-\(number)")
    }

    func play(_ samples: ArraySlice<Float>) throws {
      try gateway.play(Array(samples), packets: 36, isLast: false, from: next)
      next += samples.count
    }
  }
}
