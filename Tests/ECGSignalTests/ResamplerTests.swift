import CAllocationCounter
import ECGCore
import ECGSignal
import Foundation
import Testing

@Suite struct ResamplerTests {
  static func run(
    _ resampler: inout Resampler, _ input: [Float], block: Int
  ) -> [Float] {
    var result: [Float] = []
    var output = [Float](
      repeating: 0, count: resampler.kernel.maximumOutputs(forInputs: block))
    var start = 0
    while start < input.count {
      let end = min(input.count, start + block)
      var span = output.mutableSpan
      let made = resampler.process(input.span.extracting(start..<end), into: &span)
      result += output[0..<made]
      start = end
    }
    return result
  }

  static func rate(_ millihertz: UInt32) -> SampleRate { SampleRate(millihertz: millihertz) }

  @Test(arguments: [
    (360_000, 128_000), (250_000, 128_000), (128_000, 250_000), (1_000_000, 128_000),
  ])
  func outputsAreScipysPolyphaseOnes(from: Int, to: Int) {
    let want = Golden.resamplers["resample:\(from):\(to)"]!
    var resampler = Resampler(from: Self.rate(UInt32(from)), to: Self.rate(UInt32(to)))
    let input = Golden.signal(count: from / 1000, rateHz: Double(from) / 1000)
    let have = Self.run(&resampler, input, block: input.count).map(Double.init)
    #expect(have.count == want.count)
    #expect(largestDifference(have, want) < 2e-6)
  }

  static let ratios: [(UInt32, UInt32)] = [
    (50_000, 128_000), (100_000, 128_000), (128_000, 128_000), (250_000, 128_000),
    (360_000, 128_000), (500_000, 125_000), (1_000_000, 128_000), (2_000_000, 128_000),
    (360_001, 128_000), (257_123, 127_999), (1_999_999, 50_001), (99_991, 1_000_003),
  ]

  @Test(arguments: ratios) func resultsDoNotDependOnTheBlockSize(from: UInt32, to: UInt32) {
    let input = Golden.signal(count: 3000, rateHz: Double(from) / 1000)
    var resampler = Resampler(from: Self.rate(from), to: Self.rate(to))
    let whole = Self.run(&resampler, input, block: input.count)
    for block in [1, 7, 64, 500] {
      resampler.reset()
      #expect(Self.run(&resampler, input, block: block) == whole)
    }
    #expect(Int64(whole.count) == resampler.kernel.outputCount(afterInputs: 3000))
  }

  @Test(arguments: ratios) func aConstantStaysItselfFromTheFirstOutputOn(from: UInt32, to: UInt32) {
    var resampler = Resampler(from: Self.rate(from), to: Self.rate(to))
    let made = Self.run(&resampler, [Float](repeating: 2.5, count: 800), block: 100)
    #expect(!made.isEmpty)
    #expect(made.allSatisfy { abs($0 - 2.5) < 2e-6 })
  }

  @Test(arguments: ratios) func theDelayIsAtMostEightyMilliseconds(from: UInt32, to: UInt32) {
    let kernel = ResamplerKernel(from: Self.rate(from), to: Self.rate(to))
    #expect(Double(kernel.delayInputSamples) / kernel.inputRate.hertz <= 0.08)
  }

  /// The largest error against the sine itself at each output's exact position.
  static func sineError(_ kernel: ResamplerKernel, hertz: Double) -> (error: Double, peak: Double) {
    var resampler = Resampler(kernel: kernel)
    let input = (0..<4000).map {
      Float(sin(2 * .pi * hertz * Double($0) / kernel.inputRate.hertz))
    }
    let made = run(&resampler, input, block: 4000)
    var error = 0.0
    var peak = 0.0
    let settled = Int(0.2 * kernel.outputRate.hertz)
    for m in settled..<made.count {
      let t = Double(m) / kernel.outputRate.hertz
      error = max(error, abs(Double(made[m]) - sin(2 * .pi * hertz * t)))
      peak = max(peak, abs(Double(made[m])))
    }
    return (error, peak)
  }

  @Test(arguments: ratios.filter { $0.0 != $0.1 })
  func sinesInThePassBandKeepPhaseAndAmplitude(from: UInt32, to: UInt32) {
    let kernel = ResamplerKernel(from: Self.rate(from), to: Self.rate(to))
    // The ripple itself and the images around the multiples of the input rate.
    let ripple = 4 * pow(10, -kernel.attenuationDecibels / 20)
    for share in [0.02, 0.1, 0.3, 0.6, 0.9, 0.99] {
      let error = Self.sineError(kernel, hertz: share * kernel.passBandHz).error
      #expect(error < ripple + 1e-4, "\(share) of the pass band")
    }
  }

  @Test(arguments: ratios.filter { $0.0 > $0.1 })
  func sinesInTheStopBandAreGone(from: UInt32, to: UInt32) {
    let kernel = ResamplerKernel(from: Self.rate(from), to: Self.rate(to))
    let ripple = 2 * pow(10, -kernel.attenuationDecibels / 20)
    let end = kernel.inputRate.hertz / 2
    guard kernel.stopBandHz < end else { return }
    for share in [0.01, 0.25, 0.5, 0.9] {
      let hertz = kernel.stopBandHz + share * (end - kernel.stopBandHz)
      #expect(Self.sineError(kernel, hertz: hertz).peak < ripple + 1e-4, "\(hertz) Hz")
    }
  }

  @Test func fromTwiceTheRateTheStopBandIsSeventyDecibelsDown() {
    let kernel = ResamplerKernel(from: Self.rate(360_000), to: Self.rate(128_000))
    #expect(kernel.attenuationDecibels > 75)
    #expect(kernel.passBandHz > 42)
  }

  @Test(arguments: ratios) func positionsAreTheNearestInputSamples(from: UInt32, to: UInt32) {
    let kernel = ResamplerKernel(from: Self.rate(from), to: Self.rate(to))
    for m: Int64 in [0, 1, 2, 3, 17, 1000, 123_456, 400_000_000] {
      let exact = (Double(m) * Double(from)) / Double(to)
      #expect(abs(Double(kernel.inputPosition(ofOutput: m)) - exact) <= 0.5000001)
    }
    #expect(kernel.inputPosition(ofOutput: Int64(to)) == Int64(from))
    #expect(kernel.inputPosition(ofOutput: -Int64(to)) == -Int64(from))
  }

  @Test func aStepComesOutAtItsOwnPosition() {
    let kernel = ResamplerKernel(from: Self.rate(360_000), to: Self.rate(128_000))
    var resampler = Resampler(kernel: kernel)
    let input = [Float](repeating: 0, count: 360) + [Float](repeating: 1, count: 360)
    let made = Self.run(&resampler, input, block: 720)
    let crossing = made.firstIndex { $0 >= 0.5 }!
    #expect(abs(kernel.inputPosition(ofOutput: Int64(crossing)) - 360) <= 3)
  }

  @Test(arguments: [(360_000, 128_000), (360_001, 128_000), (128_000, 128_000)])
  func aResamplerAllocatesNothing(from: Int, to: Int) {
    var resampler = Resampler(from: Self.rate(UInt32(from)), to: Self.rate(UInt32(to)))
    let input = Golden.signal(count: 2000, rateHz: 360)
    var output = [Float](repeating: 0, count: 2100)
    var span = output.mutableSpan
    _ = resampler.process(input.span, into: &span)
    let before = allocation_count()
    for _ in 0..<3 { _ = resampler.process(input.span, into: &span) }
    resampler.reset()
    _ = resampler.process(input.span, into: &span)
    let after = allocation_count()
    #expect(after == before)
  }

  @Test func memoryIsBoundedForCoprimeRates() {
    // 2 kHz to a coprime rate has the most taps and the most phases.
    #expect(MemoryLayout<ResamplerKernel>.size < 200)
    var resampler = Resampler(from: Self.rate(1_999_999), to: Self.rate(127_997))
    let made = Self.run(
      &resampler, [Float](repeating: 1, count: 4000), block: 333)
    #expect(made.allSatisfy { abs($0 - 1) < 1e-5 })
    #expect(resampler.kernel.coefficientCount < 120_000)
  }
}
