import ECGCore
import ECGSignal

/// Looks at the signal quality of a lead that is not judged, to know whether it could be.
///
/// Everything is allocated in `init`.
struct LeadScout {
  private var conditioner: Conditioner
  private var quality: SignalQuality
  private var filtered: [Float]
  private var unfiltered: [Float]
  private let judged: Int64
  private let settling: Int64

  /// How much of the signal a look covers.
  private static let seconds = 2.0
  /// The filters need so long after a start.
  private static let settlingSeconds = 1.0

  init(_ design: ConditionerDesign) {
    let rate = design.plan.outputRate
    conditioner = Conditioner(design)
    quality = SignalQuality(rate: rate, historySeconds: Self.seconds)
    let outputs = conditioner.maximumOutputs(forInputs: SignalPath.maximumBlock)
    filtered = [Float](repeating: 0, count: outputs)
    unfiltered = [Float](repeating: 0, count: outputs)
    judged = Int64(rate.samples(seconds: Self.seconds))
    settling = Int64(rate.samples(seconds: Self.settlingSeconds))
  }

  mutating func reset() {
    conditioner.reset()
    quality.reset()
  }

  /// Takes at most `SignalPath.maximumBlock` samples, in millivolts, NaN where missing.
  mutating func take(_ millivolts: Span<Float>) {
    let count = Self.condition(millivolts, with: &conditioner, into: &filtered, &unfiltered)
    for i in 0..<count { quality.process(filtered: filtered[i], unfiltered: unfiltered[i]) }
  }

  /// Apart from `self`, because the spans would borrow all of it.
  private static func condition(
    _ input: Span<Float>, with conditioner: inout Conditioner, into filtered: inout [Float],
    _ unfiltered: inout [Float]
  ) -> Int {
    var filteredSpan = filtered.mutableSpan
    var unfilteredSpan = unfiltered.mutableSpan
    return conditioner.process(input, into: &filteredSpan, unfiltered: &unfilteredSpan)
  }

  /// Of the last seconds; nil until enough has been seen.
  var recent: Quality? {
    let end = quality.endIndex
    guard end >= judged + settling else { return nil }
    return quality.quality(of: (end - judged)..<end)
  }
}

extension LeadScout: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.group(1, &conditioner)
    state.group(2, &quality)
  }
}
