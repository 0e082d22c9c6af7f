import ECGCore
import ECGModel
import ECGWire
import Foundation
import PipelineTesting
import Testing
import ZeroMQ

/// The whole daemon in this process, with a counting allocator under it.
@Suite(.serialized) struct DaemonAllocationTests {
  @Test func afterTheAdmissionsNoThreadOfTheDaemonAllocatesForPacketsOrWindows() throws {
    let beds = 6
    let seconds = 98.0
    let samples = CalmHeart.samples(seconds: seconds)
    let model = try TestModel.beats().model
    let bench = try DaemonBench(
      model, maximumStreams: beds, restart: .everyHalfSecond)
    let gateways = try (0..<beds).map { try Bed(bench.gateway(), number: $0) }
    // Past the learning, with some seconds of what comes after it.
    let half = samples.count * 5 / 7
    for i in gateways.indices { try gateways[i].play(samples[..<half]) }
    let before = try bench.wait { $0.samples == Int64(beds * half) }
    // The answer is on its way from the last thread when the counting begins.
    Thread.sleep(forTimeInterval: 0.5)
    let threads = ["ingest", "shard-0", "publisher"]
    let counted = threads.map(bench.threads.allocations)
    let library = bench.threads.allocations("ZMQbg/IO/0")
    for i in gateways.indices { try gateways[i].play(samples[half...]) }
    // Asking the daemon would make it allocate an answer.
    Thread.sleep(forTimeInterval: 3)
    let now = threads.map(bench.threads.allocations)
    let libraryNow = bench.threads.allocations("ZMQbg/IO/0")
    let after = try bench.wait { $0.samples == Int64(beds * samples.count) }
    bench.daemon.stop()
    let packets = after.packets - before.packets
    print("libzmq's own thread: \(libraryNow - library) allocations for \(packets) packets")
    #expect(packets > 1000)
    #expect(after.windows - before.windows > 100)
    for (i, thread) in threads.enumerated() {
      #expect(now[i] - counted[i] == 0, "\(thread)")
    }
  }

  /// A gateway that keeps its place between two parts of a recording.
  private final class Bed {
    var gateway: TestGateway
    var next = 0

    init(_ socket: consuming Socket, number: Int) {
      gateway = TestGateway(socket, stream: "bed-\(number)")
    }

    func play(_ samples: ArraySlice<Float>) throws {
      var packet: [UInt8] = []
      for start in stride(from: samples.startIndex, to: samples.endIndex, by: 36) {
        let part = samples[start..<min(start + 36, samples.endIndex)]
        gateway.encoder.encode(
          millivolts: part.span, firstSample: SampleNumber(Int64(next)), into: &packet)
        try gateway.send(packet)
        next += part.count
      }
    }
  }
}
