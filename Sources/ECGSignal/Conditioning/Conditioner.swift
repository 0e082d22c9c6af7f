public import ECGCore

/// The chain for one lead: notch, resampler, high-pass, low-pass.
///
/// Two signals come out at the model's rate, sample by sample in step: `filtered`, always finite,
/// and `unfiltered` (resampled only), for judging the signal's quality, which is NaN where the
/// nearest input sample was missing. Missing means NaN, infinite or beyond `plausibleMillivolts`;
/// the last good sample stands in for it. After a long run of missing samples the filters start
/// anew from the next good one, as after `reset`, but positions go on being counted.
public struct Conditioner: Sendable {
  public let design: ConditionerDesign

  private var notch: BiquadCascade
  private var resampler: Resampler
  private var band: BiquadCascade
  private var missing = MissingSamples()
  private var inputCount: Int64 = 0
  private var outputCount: Int64 = 0
  private var held: Float = 0
  private var missingRun: Int

  /// No electrode gives more, offsets included: an input beyond it is a fault of the source.
  public static let plausibleMillivolts: Float = 10_000
  /// A run of missing samples this long starts the filters anew.
  public static let restartSeconds = 0.25
  private static let chunk = 64

  /// A run of missing samples from which the filters start anew.
  private let restartRun: Int

  public init(_ design: ConditionerDesign) {
    self.design = design
    notch = BiquadCascade(design.notch)
    resampler = Resampler(kernel: design.kernel)
    band = BiquadCascade(design.band)
    precondition(design.kernel.delayInputSamples + Self.chunk + 2 <= MissingSamples.capacity)
    restartRun = max(
      design.kernel.delayInputSamples + 1,
      design.plan.inputRate.samples(seconds: Self.restartSeconds))
    missingRun = restartRun
  }

  /// The most outputs that `inputs` further samples can complete.
  public func maximumOutputs(forInputs inputs: Int) -> Int {
    design.kernel.maximumOutputs(forInputs: inputs)
  }

  /// The next sample is number 0, the next output too, and the filters start as if the input had
  /// always been the next sample.
  public mutating func reset() {
    notch.reset()
    resampler.reset()
    band.reset()
    missing.reset()
    inputCount = 0
    outputCount = 0
    held = 0
    missingRun = restartRun
  }

  /// Takes samples in millivolts and writes the outputs that they complete; returns how many.
  /// Both outputs must hold `maximumOutputs(forInputs: input.count)`.
  public mutating func process(
    _ input: Span<Float>, into filtered: inout MutableSpan<Float>,
    unfiltered: inout MutableSpan<Float>
  ) -> Int {
    var consumed = 0
    var produced = 0
    // On the stack, which is always near.
    var cleaned = InlineArray<64, Float>(repeating: 0)
    while consumed < input.count {
      let taken = clean(input, from: consumed, into: &cleaned)
      let end = resampler.process(
        cleaned.span.extracting(0..<taken), into: &unfiltered, from: produced)
      finish(produced..<end, into: &filtered, unfiltered: &unfiltered)
      consumed += taken
      produced = end
    }
    return produced
  }

  /// Fills `cleaned` with the next samples; returns how many. Stops before a sample from which
  /// the filters start anew, unless it is the first.
  private mutating func clean(
    _ input: Span<Float>, from start: Int, into cleaned: inout InlineArray<64, Float>
  ) -> Int {
    let count = min(input.count - start, Self.chunk)
    let hasNotch = notch.count > 0
    for i in 0..<count {
      let sample = input[start + i]
      if abs(sample) <= Self.plausibleMillivolts {
        if missingRun >= restartRun {
          if i > 0 { return i }
          startAnew(at: sample)
        }
        missingRun = 0
        missing.append(false, at: inputCount)
        held = sample
      } else {
        missingRun += 1
        missing.append(true, at: inputCount)
      }
      inputCount += 1
      cleaned[i] = hasNotch ? Float(notch.process(Double(held))) : held
    }
    return count
  }

  private mutating func startAnew(at sample: Float) {
    notch.prime(at: Double(sample))
    resampler.prime(at: sample)
    band.prime(at: Double(sample))
  }

  /// Filters the resampled samples, and marks those that were missing.
  private mutating func finish(
    _ range: Range<Int>, into filtered: inout MutableSpan<Float>,
    unfiltered: inout MutableSpan<Float>
  ) {
    // The oldest input that any of these outputs can be nearest to.
    let reach = Int64(design.kernel.delayInputSamples + Self.chunk + 1)
    let mayBeMissing = missing.latest >= inputCount - reach
    for i in range {
      filtered[i] = Float(band.process(Double(unfiltered[i])))
      if mayBeMissing, missing.contains(design.kernel.inputPosition(ofOutput: outputCount)) {
        unfiltered[i] = .nan
      }
      outputCount += 1
    }
  }

  /// Hints that the next `count` samples will come.
  public func prefetch(_ count: Int) {
    resampler.prefetch(count)
  }
}

extension Conditioner: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.group(1, &notch)
    state.group(2, &resampler)
    state.group(3, &band)
    state.group(4, &missing)
    state.field(5, &inputCount)
    state.field(6, &outputCount)
    state.field(7, &held)
    state.field(8, &missingRun, in: 0...Int.max)
  }
}
