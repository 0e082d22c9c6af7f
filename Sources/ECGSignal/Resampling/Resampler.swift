public import ECGCore

/// A streaming resampler for one lead. Output sample m stands for input position
/// `kernel.inputPosition(ofOutput: m)` with no shift, and comes out once the kernel's delay of
/// further input samples has arrived. Before the first sample the input is taken to have always
/// been that sample. The outputs depend on the samples alone, not on how they are cut in blocks.
public struct Resampler: Sendable {
  public let kernel: ResamplerKernel

  /// The latest input samples, oldest first; `filled` of them are valid.
  private var history: [Float]
  private var filled = 0
  private var isPrimed = false
  /// The place in `history` of the first input sample after the next output's last tap.
  private var nextEnd = 0
  /// The next output's distance behind its whole input position, in units of 1/stepDenominator.
  private var remainder: Int64 = 0

  private static let spare = 256

  public init(kernel: ResamplerKernel) {
    self.kernel = kernel
    history = [Float](repeating: 0, count: kernel.taps + Self.spare)
    reset()
  }

  public init(from inputRate: SampleRate, to outputRate: SampleRate) {
    self.init(kernel: ResamplerKernel(from: inputRate, to: outputRate))
  }

  /// The next sample is number 0, and so is the next output.
  public mutating func reset() {
    filled = kernel.taps
    isPrimed = false
    nextEnd = kernel.taps + kernel.delayInputSamples + 1
    remainder = 0
  }

  /// Replaces everything that the filter still remembers with `value`, while positions go on
  /// being counted.
  public mutating func prime(at value: Float) {
    isPrimed = true
    for i in 0..<filled { history[i] = value }
  }

  /// Takes `input` and writes the outputs that it completes; returns how many. `output` must
  /// hold `kernel.maximumOutputs(forInputs: input.count)`.
  public mutating func process(
    _ input: Span<Float>, into output: inout MutableSpan<Float>
  ) -> Int {
    process(input, into: &output, from: 0)
  }

  /// The same, with the first output at `start`; returns where the outputs end.
  mutating func process(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, from start: Int
  ) -> Int {
    if kernel.isPassThrough {
      precondition(output.count >= start + input.count)
      for i in 0..<input.count { output[start + i] = input[i] }
      return start + input.count
    }
    guard input.count > 0 else { return start }
    if !isPrimed { prime(at: input[0]) }
    var consumed = 0
    var produced = start
    while consumed < input.count {
      if filled == history.count { makeRoom() }
      let n = min(input.count - consumed, history.count - filled)
      let place = filled
      var stored = history.mutableSpan
      for i in 0..<n { stored[place + i] = input[consumed + i] }
      filled = place + n
      consumed += n
      produced = drain(into: &output, from: produced)
    }
    return produced
  }

  /// Hints that the next `count` samples will come.
  func prefetch(_ count: Int) {
    guard !kernel.isPassThrough else { return }
    let start = max(0, min(nextEnd, filled) - kernel.taps)
    Prefetch.elements(of: history, start..<min(filled + count, kernel.taps + Self.spare))
  }

  /// Drops what no output needs any more, by moving the last row's worth to the front.
  private mutating func makeRoom() {
    let dropped = min(filled, nextEnd) - kernel.taps
    let kept = filled - dropped
    var stored = history.mutableSpan
    for i in 0..<kept { stored[i] = stored[i + dropped] }
    filled = kept
    nextEnd -= dropped
  }

  private mutating func drain(into output: inout MutableSpan<Float>, from start: Int) -> Int {
    var end = nextEnd
    var part = remainder
    let produced = Self.drain(
      kernel, history.span, filled: filled, end: &end, part: &part, into: &output, from: start)
    nextEnd = end
    remainder = part
    return produced
  }

  private static func drain(
    _ kernel: ResamplerKernel, _ samples: Span<Float>, filled: Int, end: inout Int,
    part: inout Int64, into output: inout MutableSpan<Float>, from start: Int
  ) -> Int {
    let coefficients = kernel.table
    let table = coefficients.span
    let taps = kernel.taps
    let wholeStep = Int(kernel.stepNumerator / kernel.stepDenominator)
    let partStep = kernel.stepNumerator % kernel.stepDenominator
    let phasesPerPart =
      Double(ResamplerKernel.interpolatedPhases) / Double(kernel.stepDenominator)
    var produced = start
    while end <= filled {
      if kernel.interpolates {
        let phase = Double(part) * phasesPerPart
        let row = Int(phase)
        let low = dotProduct(samples, end - taps, table, row * taps, count: taps)
        let high = dotProduct(samples, end - taps, table, (row + 1) * taps, count: taps)
        output[produced] = low + Float(phase - Double(row)) * (high - low)
      } else {
        output[produced] = dotProduct(samples, end - taps, table, Int(part) * taps, count: taps)
      }
      produced += 1
      end += wholeStep
      part += partStep
      if part >= kernel.stepDenominator {
        part -= kernel.stepDenominator
        end += 1
      }
    }
    return produced
  }
}

extension Resampler: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &history)
    state.field(2, &filled, in: 0...history.count)
    state.field(3, &isPrimed)
    state.field(4, &nextEnd, in: kernel.taps...(history.count + kernel.taps + 1))
    state.field(5, &remainder)
  }
}
