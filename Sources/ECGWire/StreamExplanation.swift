/// What was learnt of one patient and what the last beats were like: the reply to `explain`.
public struct StreamExplanation: Codable, Equatable, Sendable {
  /// A reference beat with its shape.
  public struct Reference: Codable, Equatable, Sendable {
    public var index: Int
    public var share: Double
    /// Millivolts, zero mean, at `rateHz`.
    public var shape: [Double]

    public init(index: Int, share: Double, shape: [Double]) {
      self.index = index
      self.share = share
      self.shape = shape
    }
  }

  /// The scores of the last beats, oldest first; three lists of one length.
  public struct Trend: Codable, Equatable, Sendable {
    public var samples: [Int64]
    public var scores: [Double]
    public var limits: [Double]

    public init(samples: [Int64], scores: [Double], limits: [Double]) {
      self.samples = samples
      self.scores = scores
      self.limits = limits
    }
  }

  /// The last beat over the limit. The three curves are over the reference's amplitude, its
  /// largest QRS deflection upward, at `rateHz`.
  public struct Beat: Codable, Equatable, Sendable {
    /// Where its fiducial lies.
    public var sample: Int64
    public var score: Double
    public var limit: Double
    public var explanation: AlertEvent.Explanation
    public var window: [Double]
    public var reconstruction: [Double]
    public var reference: [Double]

    public init(
      sample: Int64, score: Double, limit: Double, explanation: AlertEvent.Explanation,
      window: [Double], reconstruction: [Double], reference: [Double]
    ) {
      self.sample = sample
      self.score = score
      self.limit = limit
      self.explanation = explanation
      self.window = window
      self.reconstruction = reconstruction
      self.reference = reference
    }
  }

  /// As in `status`.
  public var stream: StatusReport.Stream
  /// The rate of all curves, and how many of their samples lie before the fiducial.
  public var rateHz: Double
  public var samplesBefore: Int
  public var references: [Reference]
  public var trend: Trend
  public var lastAbnormal: Beat?

  public init(
    stream: StatusReport.Stream, rateHz: Double, samplesBefore: Int, references: [Reference],
    trend: Trend, lastAbnormal: Beat?
  ) {
    self.stream = stream
    self.rateHz = rateHz
    self.samplesBefore = samplesBefore
    self.references = references
    self.trend = trend
    self.lastAbnormal = lastAbnormal
  }
}
