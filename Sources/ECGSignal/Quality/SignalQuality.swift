public import ECGCore

/// How far one lead can be trusted, over any window of its recent past, at the model's rate.
///
/// It takes the two signals of a `Conditioner` in step and keeps, for blocks of 1/8 s, what a few
/// simple measures need. The measures follow the signal quality indices of Li, Mark and Clifford,
/// Robust heart rate estimation from multiple asynchronous noisy sources, Physiological
/// Measurement 29 (2008): missing and flat signal, the share of high-frequency power between
/// beats, and movement of the baseline. A beat fills a fraction of its RR interval, so the
/// quieter blocks of a stretch tell the noise, and the louder ones the size of the beats.
public struct SignalQuality: Sendable {
  public let rate: SampleRate
  let blockLength: Int

  private var blocks: [QualityBlock]
  private let blockCount: Int
  private var current = QualityBlock()
  private var filled = 0
  private var first: Int64 = 0
  /// The index of the next sample.
  public private(set) var endIndex: Int64 = 0

  private var held: Float = 0
  private var previous = (Float(0), Float(0))
  /// The last three second differences, the newest first.
  private var lastBends = (Float(0), Float(0), Float(0))
  private var flatRun = 0
  private var low: Float = 0
  private var high: Float = 0
  private var middle: Float = 0
  /// The share in the extremes and the middle that each sample takes away.
  private let forgetting: Float
  /// A run of samples this still is a flat line or, at an extreme of the signal, a rail.
  private let stillRun: Int

  /// Two neighbours closer than this, in millivolts, are taken for equal: less than one step of
  /// any converter.
  static let stillMillivolts: Float = 0.0005

  /// Remembers at least `historySeconds`: the longest window to be judged, and never less than
  /// the stretch of `QualityMeasures.contextSeconds` that noise is measured over.
  public init(rate: SampleRate, historySeconds: Double = 12) {
    precondition(historySeconds > 0)
    self.rate = rate
    blockLength = max(1, rate.samples(seconds: 0.125))
    forgetting = Float(1 / (10 * rate.hertz))
    stillRun = max(3, rate.samples(seconds: 0.06))
    let seconds = max(historySeconds, QualityMeasures.contextSeconds) + 1
    blockCount = rate.samples(seconds: seconds) / blockLength + 2
    blocks = [QualityBlock](repeating: QualityBlock(), count: blockCount)
  }

  /// Forgets everything; the next sample gets `index`.
  public mutating func reset(at index: Int64 = 0) {
    first = index
    endIndex = index
    current = QualityBlock()
    filled = 0
    held = 0
    previous = (0, 0)
    lastBends = (0, 0, 0)
    flatRun = 0
    low = 0
    high = 0
    middle = 0
  }

  /// Takes the next samples of both signals, in step; `unfiltered` is NaN where the sample was
  /// missing.
  public mutating func process(filtered: Span<Float>, unfiltered: Span<Float>) {
    precondition(filtered.count == unfiltered.count)
    for i in 0..<filtered.count { process(filtered: filtered[i], unfiltered: unfiltered[i]) }
  }

  public mutating func process(filtered: Float, unfiltered: Float) {
    let isMissing = !unfiltered.isFinite
    let sample = isMissing ? held : unfiltered
    if endIndex == first { previous = (sample, sample) }
    let step = sample - previous.0
    let bend = step - (previous.0 - previous.1)
    held = sample
    previous = (sample, previous.0)

    flatRun = abs(step) < Self.stillMillivolts && endIndex > first ? flatRun + 1 : 0
    let isStill = flatRun >= stillRun
    let isAtRail = follow(sample) && isStill
    // The run itself was still from its beginning.
    let newlyStill: UInt16 = flatRun == stillRun ? UInt16(stillRun) : (isStill ? 1 : 0)
    current.add(
      filtered: filtered, unfiltered: sample, bend: bend, earlier: lastBends.2,
      isMissing: isMissing,
      still: newlyStill, railed: isAtRail ? newlyStill : 0)

    lastBends = (bend, lastBends.0, lastBends.1)

    endIndex += 1
    filled += 1
    if filled == blockLength {
      blocks[Int(((endIndex - first) / Int64(blockLength) - 1) % Int64(blockCount))] = current
      current = QualityBlock()
      filled = 0
    }
  }

  /// Keeps the extremes and the middle of the last ten seconds or so; true where the sample is
  /// at an extreme of a range of more than a millivolt, and far from the middle. The resampler
  /// overshoots at a rail's edges, so that the rail itself lies a little inside the range.
  private mutating func follow(_ sample: Float) -> Bool {
    if endIndex == first {
      low = sample
      high = sample
      middle = sample
    }
    let range = high - low
    low = min(sample, low + forgetting * range)
    high = max(sample, high - forgetting * range)
    middle += forgetting * (sample - middle)
    let edge = 0.15 * (high - low)
    return high - low > 1 && (sample > high - edge || sample < low + edge)
      && abs(sample - middle) > 2 * edge
  }

  /// Hints that the next samples will come; with `context`, that the quality of the latest ones
  /// will be asked for.
  public func prefetch(context: Bool) {
    let newest = Int((endIndex - first) / Int64(blockLength) % Int64(blockCount))
    let count = context ? Int(QualityMeasures.contextSeconds * rate.hertz) / blockLength : 0
    Prefetch.elements(of: blocks, max(0, newest - count)..<(newest + 1))
    if count > newest {
      Prefetch.elements(of: blocks, (blockCount - count + newest)..<blockCount)
    }
  }

  /// The quality of the samples in `window`, which must not lie beyond `endIndex`. Defects of the
  /// window itself count by the blocks that it touches; noise is measured over a stretch of
  /// `QualityMeasures.contextSeconds` that ends with the window.
  public func quality(of window: Range<Int64>) -> Quality {
    precondition(window.upperBound <= endIndex)
    var measures = QualityMeasures(blockLength: blockLength)
    guard endIndex > first, !window.isEmpty else { return Quality(index: 0, reason: .missing) }
    let newest = (endIndex - first) / Int64(blockLength)  // the number of the block in the making
    let end = min(newest, (window.upperBound - 1 - first) / Int64(blockLength))
    let start = max(0, (window.lowerBound - first) / Int64(blockLength))
    let context = Int64(QualityMeasures.contextSeconds * rate.hertz) / Int64(blockLength)
    let oldest = max(0, newest - Int64(blockCount) + 1)
    var number = max(oldest, min(start, end - context + 1))
    while number <= end {
      if number == newest {
        if filled > 0 { measures.add(current, inWindow: number >= start) }
      } else {
        measures.add(block(number), inWindow: number >= start)
      }
      number += 1
    }
    return measures.quality
  }

  /// How far the level of the unfiltered signal lies in one second from that of the second before,
  /// at most, in millivolts. Beats and fibrillation waves are over within a second; what an
  /// electrode's lost contact leaves behind is not.
  public func levelStep(in window: Range<Int64>) -> Float {
    precondition(window.upperBound <= endIndex)
    let second = Int64(rate.hertz) / Int64(blockLength)
    let complete = (endIndex - first) / Int64(blockLength)
    let oldest = max(0, complete - Int64(blockCount))
    var end = min(complete, (window.upperBound - first) / Int64(blockLength))
    let start = max(oldest, (window.lowerBound - first) / Int64(blockLength))
    var step: Float = 0
    while end - 2 * second >= start {
      var level = (Float(0), Float(0))
      for i in 0..<second {
        level.0 += block(end - second - 1 - i).unfilteredMean
        level.1 += block(end - 1 - i).unfilteredMean
      }
      step = max(step, abs(level.1 - level.0) / Float(second))
      end -= 1
    }
    return step
  }

  /// A complete block by its number, which must be remembered.
  private func block(_ number: Int64) -> QualityBlock { blocks[Int(number % Int64(blockCount))] }
}

extension SignalQuality: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.group(1, &blocks)
    state.group(2, &current)
    state.field(3, &filled, in: 0...(blockLength - 1))
    state.field(4, &first)
    state.field(5, &endIndex)
    state.field(6, &held)
    state.field(7, &previous.0)
    state.field(8, &previous.1)
    state.field(9, &flatRun)
    state.field(10, &low)
    state.field(11, &high)
    state.field(12, &middle)
  }
}
