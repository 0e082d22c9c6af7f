public import ECGCore
import ECGModel
public import ECGSignal

/// One lead's way from millivolts to complete windows: conditioner, signal quality, QRS detector
/// and window schedule. The daemon, `evaluate` and `extract` all run this.
///
/// Load a block, then ask for events until there are none; the events and their order depend on
/// the samples alone, not on how they are cut into blocks. Indices are at the model's rate,
/// counted from the first sample after `reset`.
public struct SignalPath: Sendable {
  /// What the samples brought, in the order in which it became known.
  public enum Event: Equatable, Sendable {
    case beat(Beat)
    case window(Range<Int64>, beat: Beat?)
    /// A beat whose excerpt is complete, by the index of its fiducial.
    case excerpt(fiducial: Int64)
    /// Another whole second since the reset ends before this index.
    case second(endIndex: Int64)
  }

  /// Which windows are wanted.
  public enum Schedule: Equatable, Sendable {
    case sliding(length: Int, hop: Int)
    case beats(before: Int, after: Int)
    /// Excerpts around beats, for a model that knows the patient's reference beats.
    case excerpts
  }

  /// The most samples that `load` takes at once.
  public static let maximumBlock = 64
  /// How much conditioned signal is kept.
  public static let historySeconds = 30.0
  /// How much of its quality is kept: what the longest wait for a window needs.
  public static let qualitySeconds = 12.0

  public let design: ConditionerDesign
  /// The conditioned signal, in millivolts at the model's rate.
  public private(set) var signal: SampleRing
  public private(set) var quality: SignalQuality
  private var conditioner: Conditioner
  private var detector: QRSDetector
  private var sliding: SlidingWindows?
  private var beats: BeatWindows?
  /// Windows that are excerpts around beats.
  private var excerpts: BeatWindows?
  private var filtered: [Float]
  private var unfiltered: [Float]
  private var produced = 0
  private var consumed = 0
  private var beatToTell: Beat?
  private let second: Int64
  private var nextSecond: Int64
  /// Beats that came faster than their windows could be completed; never in a beating heart.
  public private(set) var beatsPassedOver = 0

  /// - Parameter detector: what QRS detectors of the model's rate share; made anew where nil.
  public init(
    _ design: ConditionerDesign, _ schedule: Schedule, detector: QRSDesign? = nil
  ) {
    let rate = design.plan.outputRate
    self.design = design
    conditioner = Conditioner(design)
    self.detector = QRSDetector(detector ?? QRSDesign(rate: rate))
    let outputs = conditioner.maximumOutputs(forInputs: Self.maximumBlock)
    filtered = [Float](repeating: 0, count: outputs)
    unfiltered = [Float](repeating: 0, count: outputs)
    second = Int64(rate.samples(seconds: 1))
    nextSecond = second
    var history = rate.samples(seconds: Self.historySeconds)
    var judged = rate.samples(seconds: Self.qualitySeconds)
    switch schedule {
    case .sliding(let length, let hop):
      sliding = SlidingWindows(length: length, hop: hop)
      history = max(history, 2 * length)
      judged = max(judged, 2 * length)
    case .beats(let before, let after):
      beats = BeatWindows(before: before, after: after)
      history = max(history, 2 * (before + after))
      judged = max(judged, 2 * (before + after))
    case .excerpts:
      excerpts = BeatWindows(
        before: BeatExcerpt.samplesBefore, after: BeatExcerpt.samplesAfter)
    }
    signal = SampleRing(minimumCapacity: history)
    quality = SignalQuality(rate: rate, historySeconds: Double(judged) / rate.hertz)
  }

  /// A beat becomes known so many samples after its fiducial.
  public var beatDelaySamples: Int { detector.commitDelaySamples }

  /// Forgets every sample: the next one is number 0, and no window reaches back behind it.
  public mutating func reset() {
    conditioner.reset()
    quality.reset()
    detector.reset()
    signal.reset()
    sliding?.reset()
    beats?.reset()
    excerpts?.reset()
    produced = 0
    consumed = 0
    beatToTell = nil
    nextSecond = second
  }

  /// Takes at most `maximumBlock` samples, in millivolts, NaN where missing; the events of the
  /// last block must have been asked for until nil.
  public mutating func load(_ millivolts: Span<Float>) {
    precondition(millivolts.count <= Self.maximumBlock)
    precondition(consumed == produced)
    produced = Self.condition(millivolts, with: &conditioner, into: &filtered, &unfiltered)
    consumed = 0
  }

  /// What the next samples will bring.
  struct Prospect {
    /// Whether they complete a beat's excerpt.
    var isBeatDue = false
    var isSecondDue = false
  }

  /// What so many samples more will bring. What lies in the path itself must be near already: see
  /// `ObjectPlace`.
  func prospect(_ count: Int) -> Prospect {
    let end = signal.endIndex + Int64(conditioner.maximumOutputs(forInputs: count))
    return Prospect(
      isBeatDue: excerpts?.isDue(endIndex: end) ?? false, isSecondDue: end >= nextSecond)
  }

  /// Hints that so many samples will be loaded next. Changes nothing; `mutating`, because what is
  /// called so is not copied first.
  mutating func prefetch(_ count: Int, _ prospect: Prospect) {
    let outputs = conditioner.maximumOutputs(forInputs: count)
    conditioner.prefetch(count)
    Prefetch.elements(of: filtered, 0..<outputs)
    Prefetch.elements(of: unfiltered, 0..<outputs)
    signal.prefetch(outputs)
    detector.prefetch(outputs)
    quality.prefetch(context: prospect.isBeatDue || prospect.isSecondDue)
    if prospect.isBeatDue { excerpts?.prefetch() }
    if prospect.isSecondDue {
      signal.prefetch(from: signal.endIndex - Self.judgedSeconds * second)
    }
  }

  /// What is looked at once a second.
  private static let judgedSeconds: Int64 = 4

  /// Apart from `self`, because the spans would borrow all of it.
  private static func condition(
    _ input: Span<Float>, with conditioner: inout Conditioner, into filtered: inout [Float],
    _ unfiltered: inout [Float]
  ) -> Int {
    var filteredSpan = filtered.mutableSpan
    var unfilteredSpan = unfiltered.mutableSpan
    return conditioner.process(input, into: &filteredSpan, unfiltered: &unfilteredSpan)
  }

  /// The next event of the loaded block; nil where it holds no more.
  public mutating func next() -> Event? {
    while true {
      if let beat = beatToTell {
        beatToTell = nil
        return .beat(beat)
      }
      if let window = nextWindow() { return window }
      if signal.endIndex >= nextSecond {
        nextSecond += second
        return .second(endIndex: signal.endIndex)
      }
      guard consumed < produced else { return nil }
      advance()
    }
  }

  private mutating func nextWindow() -> Event? {
    if let range = sliding?.next(endIndex: signal.endIndex) { return .window(range, beat: nil) }
    if let window = beats?.next(endIndex: signal.endIndex) {
      return .window(window.range, beat: window.beat)
    }
    if let window = excerpts?.next(endIndex: signal.endIndex) {
      return .excerpt(fiducial: window.beat.fiducial)
    }
    return nil
  }

  private mutating func advance() {
    let sample = filtered[consumed]
    signal.append(sample)
    quality.process(filtered: sample, unfiltered: unfiltered[consumed])
    consumed += 1
    guard let beat = detector.process(sample) else { return }
    beatToTell = beat
    if let added = beats?.add(beat), !added { beatsPassedOver += 1 }
    if let added = excerpts?.add(beat), !added { beatsPassedOver += 1 }
  }
}

extension SignalPath: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    precondition(consumed == produced)
    if state.isReading { reset() }
    state.group(1, &signal)
    state.group(2, &quality)
    state.group(3, &conditioner)
    state.group(4, &detector)
    state.group(5, &sliding)
    state.group(6, &beats)
    state.group(7, &excerpts)
    state.field(8, &nextSecond)
    state.field(9, &beatsPassedOver)
  }
}
