public import ECGCore
public import ECGModel

/// What a stream keeps of its last beats for people who ask: the course of the score, and the
/// last beat over the limit beside what was expected.
///
/// All storage is allocated in `init`.
struct BeatMemory: Sendable {
  static let trendCount = 240

  private var samples = [Int64](repeating: 0, count: trendCount)
  private var scores = [Float](repeating: 0, count: trendCount)
  private var limits = [Float](repeating: 0, count: trendCount)
  private var count = 0
  private var window = [Float](repeating: 0, count: BeatExcerpt.windowCount)
  private var reconstruction = [Float](repeating: 0, count: BeatExcerpt.windowCount)
  private var reference = [Float](repeating: 0, count: BeatExcerpt.windowCount)
  private var abnormal: (sample: SampleNumber, score: Float, limit: Float, BeatExplanation)?

  init() {
    // Written once each: storage shared with another array would be copied at the first write.
    for i in 0..<Self.trendCount {
      samples[i] = 0
      scores[i] = 0
      limits[i] = 0
    }
    for i in 0..<BeatExcerpt.windowCount {
      window[i] = 0
      reconstruction[i] = 0
      reference[i] = 0
    }
  }

  /// Hints that a beat will be noted.
  func prefetch() {
    let i = count % Self.trendCount
    Prefetch.element(of: samples, at: i)
    Prefetch.element(of: scores, at: i)
    Prefetch.element(of: limits, at: i)
  }

  mutating func reset() {
    count = 0
    abnormal = nil
  }

  mutating func note(_ sample: SampleNumber, score: Float, limit: Float) {
    let i = count % Self.trendCount
    samples[i] = sample.rawValue
    scores[i] = score
    limits[i] = limit
    count += 1
  }

  /// Remembers the beat in a slot of the batch, with its reconstruction and the nearest of the
  /// patient's reference beats.
  mutating func keep(
    _ sample: SampleNumber, score: Float, limit: Float, _ explanation: BeatExplanation,
    of batch: borrowing WindowBatch, slot: Int, beside references: ReferenceBeats
  ) {
    batch.copy(slot: slot, window: &window, reconstruction: &reconstruction)
    references.writeNormalised(explanation.reference, into: &reference)
    abnormal = (sample, score, limit, explanation)
  }

  var trend: [StreamPicture.Point] {
    (max(0, count - Self.trendCount)..<count).map {
      let i = $0 % Self.trendCount
      return StreamPicture.Point(
        sample: SampleNumber(samples[i]), score: scores[i], limit: limits[i])
    }
  }

  /// The curves of the beat that was explained so, where it is the one that is kept.
  func curves(of explanation: BeatExplanation?) -> BeatCurves? {
    guard let abnormal, abnormal.3 == explanation else { return nil }
    return BeatCurves(beat: window, reference: reference)
  }

  var lastAbnormal: StreamPicture.Beat? {
    abnormal.map {
      StreamPicture.Beat(
        sample: $0.sample, score: $0.score, limit: $0.limit, explanation: $0.3, window: window,
        reconstruction: reconstruction, reference: reference)
    }
  }
}

/// What was learnt of a patient and what the last beats were like, to be drawn.
public struct StreamPicture: Sendable {
  /// One beat's score.
  public struct Point: Sendable {
    public var sample: SampleNumber
    public var score: Float
    public var limit: Float
  }

  /// A beat over the limit. Window, reconstruction and reference are as the network sees them:
  /// over the reference's amplitude, 128 Hz.
  public struct Beat: Sendable {
    public var sample: SampleNumber
    public var score: Float
    public var limit: Float
    public var explanation: BeatExplanation
    public var window: [Float]
    public var reconstruction: [Float]
    public var reference: [Float]
  }

  public var slot: Int
  public var references: [ReferenceFacts]
  public var trend: [Point]
  public var lastAbnormal: Beat?
}

extension Shard {
  /// The picture of a stream; nil where it is not watched, or its model knows no beats.
  public func picture(slot: Int) -> StreamPicture? {
    guard let stream = streams[slot], let patient = stream.scorer.patient else { return nil }
    return StreamPicture(
      slot: slot, references: patient.references.facts(), trend: stream.memory.trend,
      lastAbnormal: stream.memory.lastAbnormal)
  }
}

extension BeatMemory: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &samples)
    state.field(2, &scores)
    state.field(3, &limits)
    state.field(4, &count, in: 0...Int.max)
  }
}
