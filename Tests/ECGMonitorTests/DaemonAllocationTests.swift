import CAllocationCounter
import ECGCore
import ECGModel
import ECGRecords
import ECGWire
import Foundation
import PipelineTesting
import Testing
import ZeroMQ

/// The whole daemon in this process, with a counting allocator under it.
@Suite(.serialized) struct DaemonAllocationTests {
  /// Beats without anything to alarm: an alert is written, and writing allocates.
  private func calmHeart(seconds: Double) -> [Float] {
    var parameters = SyntheticParameters(seconds: seconds, seed: 11)
    parameters.ventricularShare = 0
    parameters.supraventricularShare = 0
    parameters.noiseEpisodesPerMinute = 0
    parameters.leadOffEpisodesPerMinute = 0
    return SyntheticECG(parameters).recording.leads[0].samples
  }

  /// Allocations so far of that one of a daemon's threads which has the name.
  private func allocations(_ name: String, of threads: Set<Int32>) -> UInt64 {
    threads.reduce(0) { sum, thread in
      let path = "/proc/self/task/\(thread)/comm"
      guard let comm = try? String(contentsOfFile: path, encoding: .utf8),
        comm.trimmingCharacters(in: .newlines) == name
      else { return sum }
      return sum + allocation_count_of_thread(thread)
    }
  }

  @Test func afterTheAdmissionsNoThreadOfTheDaemonAllocatesForPacketsOrWindows() throws {
    // Code that runs for the first time makes the runtime allocate for itself, late in a ward's life
    // as well; what was run before this test is chance.
    _ = try allocationsOfAWatchedWard()
    for (thread, count) in try allocationsOfAWatchedWard() { #expect(count == 0, "\(thread)") }
  }

  /// What each thread allocates after the admissions.
  private func allocationsOfAWatchedWard() throws -> [(thread: String, count: UInt64)] {
    let beds = 6
    let seconds = 98.0
    let samples = calmHeart(seconds: seconds)
    let model = try TestModel.beats().model
    // However slow the machine is, it is not the beds that are silent.
    let bench = try DaemonBench(
      model, maximumStreams: beds, silentAfterSeconds: 600, restart: .everyHalfSecond)
    let gateways = try (0..<beds).map { try Bed(bench.gateway(), number: $0) }
    // Past the learning, with some seconds of what comes after it.
    let half = samples.count * 5 / 7
    for i in gateways.indices { try gateways[i].play(samples[..<half]) }
    let before = try bench.wait { $0.samples == Int64(beds * half) }
    // The answer is on its way from the last thread when the counting begins.
    Thread.sleep(forTimeInterval: 0.5)
    let threads = ["ingest", "shard-0", "publisher"]
    let counted = threads.map { allocations($0, of: bench.threads) }
    let library = allocations("ZMQbg/IO/0", of: bench.threads)
    for i in gateways.indices { try gateways[i].play(samples[half...]) }
    // Asking the daemon would make it allocate an answer.
    Thread.sleep(forTimeInterval: 3)
    let now = threads.map { allocations($0, of: bench.threads) }
    let libraryNow = allocations("ZMQbg/IO/0", of: bench.threads)
    let after = try bench.wait { $0.samples == Int64(beds * samples.count) }
    bench.daemon.stop()
    let packets = after.packets - before.packets
    print("libzmq's own thread: \(libraryNow - library) allocations for \(packets) packets")
    #expect(packets > 1000)
    #expect(counted.allSatisfy { $0 > 0 }, "each thread allocated when it began")
    #expect(after.windows - before.windows > 100)
    return threads.enumerated().map { i, thread in (thread, now[i] - counted[i]) }
  }

  @Test func keysDoNotMakeItAllocateForPackets() throws {
    let beds = 6
    let samples = calmHeart(seconds: 98)
    let lines = (0..<beds).map { "gateway g-\($0) KEY other-*,bed-\($0)" }
    let bench = try TrustBench(
      lines + ["operator station KEY *"], model: try TestModel.beats().model
    ) {
      $0.restart = .everyHalfSecond
      $0.streams.silentAfterSeconds = 600
      // Writing a sign of life allocates, as writing an alert does.
      $0.alerts.heartbeatSeconds = 60
    }
    let endpoint = bench.configuration.samples.sockets[0].endpoint
    let gateways = try (0..<beds).map {
      try Bed(bench.socket(.push, endpoint, as: bench.pair("g-\($0)")), number: $0)
    }
    let half = samples.count * 5 / 7
    for i in gateways.indices { try gateways[i].play(samples[..<half]) }
    let before = try bench.wait(as: "station") { $0.samples == Int64(beds * half) }
    Thread.sleep(forTimeInterval: 0.5)
    let threads = ["ingest", "shard-0", "publisher"]
    let counted = threads.map { allocations($0, of: bench.threads) }
    for i in gateways.indices { try gateways[i].play(samples[half...]) }
    Thread.sleep(forTimeInterval: 3)
    let now = threads.map { allocations($0, of: bench.threads) }
    let after = try bench.wait(as: "station") { $0.samples == Int64(beds * samples.count) }
    #expect(after.packets - before.packets > 1000)
    #expect(counted.allSatisfy { $0 > 0 }, "each thread allocated when it began")
    #expect(after.rejected.isEmpty)
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
