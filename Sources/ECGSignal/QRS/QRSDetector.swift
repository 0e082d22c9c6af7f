public import ECGCore
import Glibc

/// A causal, streaming QRS detector for one lead of any polarity, at 100 to 1000 Hz.
///
/// Band-pass, slope, moving mean and two adapting levels are those of Pan and Tompkins, A
/// real-time QRS detection algorithm, IEEE TBME 32 (1985), with the rectified slope instead of
/// its square as in Hamilton, Open source ECG analysis, Computers in Cardiology 29 (2002). A peak
/// is held for a refractory time in which a larger one may take its place, so that a P wave or an
/// atrial pacing spike does not hide the QRS complex after it.
///
/// It takes the conditioned signal; a sample that is not finite stands for the one before it.
public struct QRSDetector: Sendable {
  /// A beat is reported at most so many samples after its fiducial, save where it is found by
  /// searching back, within `searchRatio` mean RR intervals of the beat before it.
  public var commitDelaySamples: Int { design.commitDelaySamples }

  public let design: QRSDesign
  private var band: BiquadCascade
  private var mean: MovingMean
  private var banded: [Double]
  private let mask: Int

  private var start: Int64 = 0
  private var index: Int64 = -1
  private var held: Float = 0
  private var previous = 0.0
  private var beforePrevious = 0.0

  private var signalLevel = 0.0
  private var noiseLevel = 0.0
  /// The largest peak of late, until it has been held for long enough.
  private var candidate: Peak?
  /// The largest peak passed over since the last beat.
  private var missed: Peak?
  private var last: Peak?
  private var lastIndex: Int64 = 0
  private var intervals = MeanInterval()
  /// The index after which `missed` is looked at again.
  private var searchAfter = Int64.max

  /// A peak of the moving mean, and the QRS complex that made it.
  fileprivate struct Peak: Sendable {
    var value: Double
    var index: Int64
    var fiducial: Int64 = 0
    var height = 0.0
  }

  public init(rate: SampleRate) { self.init(QRSDesign(rate: rate)) }

  public init(_ design: QRSDesign) {
    self.design = design
    band = BiquadCascade(design.band)
    mean = MovingMean(length: design.meanLength)
    var size = 1
    while size < Int(design.hold + design.fiducial) + design.slope + 4 { size <<= 1 }
    banded = [Double](repeating: 0, count: size)
    mask = size - 1
  }

  /// Forgets everything; the next sample gets `index`.
  public mutating func reset(at index: Int64 = 0) {
    precondition(index >= 0)
    start = index
    self.index = index - 1
    held = 0
    band.reset()
    mean.reset()
    for i in 0..<banded.count { banded[i] = 0 }
    previous = 0
    beforePrevious = 0
    signalLevel = 0
    noiseLevel = 0
    candidate = nil
    missed = nil
    last = nil
    lastIndex = index
    intervals.reset()
    searchAfter = .max
  }

  /// Takes the next samples and hands each beat to `body`, in order of time.
  public mutating func process(_ samples: Span<Float>, _ body: (Beat) -> Void) {
    for i in 0..<samples.count {
      if let beat = process(samples[i]) { body(beat) }
    }
  }

  /// Takes the next sample; returns the beat that it completes the evidence for.
  public mutating func process(_ sample: Float) -> Beat? {
    index += 1
    if sample.isFinite { held = sample }
    if index == start { band.prime(at: Double(held)) }
    let x = band.process(Double(held))
    banded[Int(index) & mask] = x
    let value = mean.process(abs(x - banded[(Int(index) - design.slope) & mask]))
    defer {
      beforePrevious = previous
      previous = value
    }
    guard index - start >= design.learn else {
      learn(value)
      return nil
    }
    if index - lastIndex > design.lost { fade() }
    if previous > beforePrevious, previous >= value, previous > (candidate?.value ?? 0) {
      candidate = Peak(value: previous, index: index - 1)
    }
    if index > searchAfter, let peak = missed, peak.value > design.tuning.searchShare * threshold {
      return accept(peak, gain: design.tuning.searchGain)
    }
    if let peak = candidate, index - peak.index >= design.hold {
      candidate = nil
      return decide(peak)
    }
    return nil
  }

  /// Hints that the next `count` samples will come.
  public func prefetch(_ count: Int) {
    mean.prefetch()
    let start = Int(index + 1) & mask
    Prefetch.elements(of: banded, start..<min(start + count, mask + 1))
  }

  private var threshold: Double {
    noiseLevel + design.tuning.thresholdShare * (signalLevel - noiseLevel)
  }

  private mutating func learn(_ value: Double) {
    signalLevel = max(signalLevel, 0.6 * value)
    noiseLevel += 0.5 * value / Double(design.learn)
    lastIndex = index
    if index - start == design.learn - 1 {
      signalLevel = max(signalLevel, design.tuning.leastLevelMillivolts)
    }
  }

  /// Lowers both levels, where the QRS complexes may have become smaller than the threshold.
  private mutating func fade() {
    signalLevel = max(signalLevel * design.decayPerSample, design.tuning.leastLevelMillivolts)
    noiseLevel *= design.decayPerSample
  }

  /// Whether a peak that has been held for long enough is a beat.
  private mutating func decide(_ found: Peak) -> Beat? {
    let since = found.index - lastIndex
    let lastValue = last?.value ?? 0
    let isTWave =
      (since < design.near && found.value < design.tuning.nearShare * lastValue)
      || (since < design.close && found.value < design.tuning.closeShare * lastValue)
    if found.value > threshold, !isTWave {
      return accept(located(found), gain: design.tuning.signalGain)
    }
    noiseLevel += design.tuning.noiseGain * (min(found.value, signalLevel) - noiseLevel)
    if !isTWave, found.value > (missed?.value ?? 0) { missed = located(found) }
    return nil
  }

  /// Where the band-passed signal was largest before the peak of its slope.
  private func located(_ peak: Peak) -> Peak {
    var result = peak
    var largest = -1.0
    var j = peak.index - design.fiducial
    while j <= peak.index {
      let height = banded[Int(j) & mask]
      if abs(height) > largest {
        largest = abs(height)
        result.height = height
        result.fiducial = max(start, j - design.bandDelay)
      }
      j += 1
    }
    return result
  }

  private mutating func accept(_ peak: Peak, gain: Double) -> Beat {
    signalLevel += gain * (min(peak.value, design.tuning.levelCap * signalLevel) - signalLevel)
    signalLevel = max(signalLevel, design.tuning.leastLevelMillivolts)
    if last != nil { intervals.append(peak.index - lastIndex) }
    last = peak
    lastIndex = peak.index
    missed = nil
    if intervals.count > 0 {
      searchAfter = lastIndex + Int64(design.tuning.searchRatio * intervals.value)
    }
    return Beat(fiducial: peak.fiducial, peak: Float(peak.height))
  }
}

extension QRSDetector: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.group(1, &band)
    state.group(2, &mean)
    state.field(3, &banded)
    state.field(4, &start)
    state.field(5, &index)
    state.field(6, &held)
    state.field(7, &previous)
    state.field(8, &beforePrevious)
    state.field(9, &signalLevel)
    state.field(10, &noiseLevel)
    Self.code(11, &candidate, &state)
    Self.code(13, &missed, &state)
    Self.code(15, &last, &state)
    state.field(17, &lastIndex)
    state.group(18, &intervals)
    state.field(19, &searchAfter)
  }

  /// A peak that need not be there takes two numbers.
  private static func code(_ number: UInt8, _ peak: inout Peak?, _ state: inout StateCoder) {
    var isThere = peak != nil
    state.field(number, &isThere)
    guard isThere else {
      peak = nil
      return
    }
    var value = peak ?? Peak(value: 0, index: 0)
    state.group(number + 1, &value)
    peak = value
  }
}

extension QRSDetector.Peak: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &value)
    state.field(2, &index)
    state.field(3, &fiducial)
    state.field(4, &height)
  }
}
