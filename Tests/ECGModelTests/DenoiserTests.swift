import CAllocationCounter
import Foundation
import Testing

@testable import ECGModel

@Suite struct DenoiserTests {
  private func denoiser(_ name: String = "denoiser-bypass") throws -> Denoiser {
    try Denoiser(unverified: Golden.bytes(name))
  }

  /// What a stream gives for a signal, from sample 0 on.
  private func run(_ stream: DenoiserStream, _ signal: [Float]) -> [Float] {
    var output: [Float] = []
    for sample in signal where stream.process(sample) {
      for i in 0..<stream.model.manifest.hopSamples { output.append(stream[i]) }
    }
    return output
  }

  @Test(arguments: ["denoiser", "denoiser-bypass"], Kernel.available)
  func everyKernelAgreesWithPyTorch(name: String, kernel: Kernel) throws {
    #expect(try denoiser(name).verifyKnownAnswer(kernel: kernel) < 1e-5)
  }

  @Test func theShippedDenoiserGivesItsKnownAnswer() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Models/denoise.safetensors").path
    let shipped = try Denoiser(path: path)
    #expect(shipped.manifest.sampleRate.hertz == 128)
    #expect(shipped.manifest.bypass != nil)
  }

  @Test func outputIsLateByTheLookaheadAndOfTheSameLength() throws {
    let model = try denoiser()
    let stream = DenoiserStream(model)
    var ready: [Int64] = []
    for i in 0..<32 where stream.process(Float(i)) { ready.append(stream.outputStart) }
    // Hops of 4, the first one that lies 8 behind is complete with the twelfth sample.
    #expect(ready == [0, 4, 8, 12, 16, 20])
  }

  @Test func aResetForgetsEverySample() throws {
    var seeded = Seeded(3)
    let signal = seeded.floats(256)
    let stream = DenoiserStream(try denoiser())
    let first = run(stream, signal)
    stream.reset()
    #expect(run(stream, signal) == first)
  }

  @Test(arguments: ["denoiser", "denoiser-bypass"])
  func theNoiseIsReportedWithAndWithoutABypass(name: String) throws {
    let stream = DenoiserStream(try denoiser(name))
    #expect(stream.signalToNoiseDecibels.isNaN)
    var seeded = Seeded(3)
    _ = run(stream, seeded.floats(64))
    let reported = stream.signalToNoiseDecibels
    _ = run(stream, seeded.floats(64))
    #expect(reported.isFinite && stream.signalToNoiseDecibels != reported)
  }

  @Test func cleaningAllocatesNothing() throws {
    let stream = DenoiserStream(try denoiser())
    for _ in 0..<64 { _ = stream.process(0.5) }
    let before = allocation_count()
    var sum: Float = 0
    for i in 0..<1000 where stream.process(Float(i % 7)) { sum += stream[0] }
    #expect(allocation_count() - before == 0)
    #expect(sum.isFinite)
  }

  @Test func samplesThatAreNoNumbersDoNotLast() throws {
    let stream = DenoiserStream(try denoiser())
    for sample in [1, .nan, .infinity, -1] as [Float] { _ = stream.process(sample) }
    let after = run(stream, [Float](repeating: 0.5, count: 64))
    #expect(!after.contains { !$0.isFinite })
  }

  @Test func aWrongWeightFailsTheKnownAnswer() throws {
    var bytes = try Golden.bytes("denoiser")
    let file = try SafetensorsFile(bytes)
    let weight = try #require(file["output.weight"]).range.lowerBound
    let value = Float(3).bitPattern
    for i in 0..<4 { bytes[weight + i] = UInt8(truncatingIfNeeded: value >> (8 * i)) }
    #expect {
      try Denoiser(bytes)
    } throws: { error in
      guard case .knownAnswerFailed(let tensor, _, _, _, _, _)? = error as? ModelError else {
        return false
      }
      return tensor == "knownAnswer.output"
    }
  }

  @Test func anAutoencodersFileIsNoDenoiser() throws {
    #expect(throws: ModelError.missingManifest(key: "ecgd.denoiser")) {
      try Denoiser(Golden.bytes("plain"))
    }
  }

  @Test func brokenFilesGiveErrorsAndNeverCrash() throws {
    let whole = try Golden.bytes("denoiser-bypass")
    var seeded = Seeded(11)
    for _ in 0..<2000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &seeded) {
        bytes[Int.random(in: 0..<bytes.count, using: &seeded)] = UInt8.random(
          in: 0...255, using: &seeded)
      }
      if Bool.random(using: &seeded) {
        bytes.removeLast(Int.random(in: 0..<bytes.count, using: &seeded))
      }
      // The error is a ModelError by its type; what matters is that nothing traps.
      _ = try? Denoiser(unverified: bytes)
    }
  }
}
