public import ECGAlarm

/// One published message about an alarm: that it started, goes on, or ended.
///
/// Everything but `wall` follows from the samples. Documentation/alert.schema.json describes the
/// JSON, field by field; `json` writes it, and `Decodable` reads it back.
public struct AlertEvent: Codable, Equatable, Sendable {
  public static let schema = "ecgd-alert/1"

  /// A code of ISO/IEEE 11073-10101.
  public struct Code: Codable, Equatable, Sendable {
    public var system = "MDC"
    public var value: Int
    public var name: String

    public init(_ code: MDCCode) {
      value = code.value
      name = code.name
    }
  }

  /// A place in the stream: the sample's number, and its device time where that is known.
  public struct Moment: Codable, Equatable, Sendable {
    public var sample: Int64
    /// RFC 3339, UTC; see `UTCTime`.
    public var time: String?

    public init(sample: Int64, timeNs: Int64? = nil) {
      self.sample = sample
      time = timeNs.map { UTCTime.text(nanoseconds: $0) }
    }
  }

  /// The part of the reconstruction-error trace that weighs most.
  public struct WorstSegment: Codable, Equatable, Sendable {
    /// Native sample numbers; the end is not included.
    public var startSample: Int64
    public var endSample: Int64
    /// The mean error within the segment, in the unit of the model's error metric.
    public var error: Double
    /// Its share of the window's whole error, 0 to 1.
    public var share: Double

    public init(startSample: Int64, endSample: Int64, error: Double, share: Double) {
      self.startSample = startSample
      self.endSample = endSample
      self.error = error
      self.share = share
    }
  }

  /// Why the beat that completed the evidence scored as it did.
  public struct Explanation: Codable, Equatable, Sendable {
    /// The nearest of the patient's own reference beats.
    public struct Reference: Codable, Equatable, Sendable {
      public var index: Int
      /// How like it the beat is, -1 to 1; 1 is equality.
      public var similarity: Double
      /// The part of the patient's recent beats that belong to it, 0 to 1.
      public var share: Double

      public init(index: Int, similarity: Double, share: Double) {
        self.index = index
        self.similarity = similarity
        self.share = share
      }
    }

    /// The reconstruction error of each part of the beat over that of the patient's normal beats.
    public struct Segments: Codable, Equatable, Sendable {
      public var beforeQRS: Double
      public var qrs: Double
      public var afterQRS: Double

      private enum CodingKeys: String, CodingKey {
        case beforeQRS, afterQRS
        case qrs = "QRS"
      }

      public init(beforeQRS: Double, qrs: Double, afterQRS: Double) {
        self.beforeQRS = beforeQRS
        self.qrs = qrs
        self.afterQRS = afterQRS
      }
    }

    /// The beat beside its reference, as the network saw them: over the reference's amplitude,
    /// its largest QRS deflection upward.
    public struct Curves: Codable, Equatable, Sendable {
      public var rateHz: Double
      /// How many of the samples lie before the fiducial.
      public var samplesBefore: Int
      public var beat: [Double]
      public var reference: [Double]

      public init(rateHz: Double, samplesBefore: Int, beat: [Double], reference: [Double]) {
        self.rateHz = rateHz
        self.samplesBefore = samplesBefore
        self.beat = beat
        self.reference = reference
      }
    }

    /// "shape", "timing" or "rate": which part of the evidence weighs most.
    public var part: String
    /// What shape and timing add to the log-odds of a typical normal beat.
    public var shape: Double
    public var timing: Double
    /// The heart rate of late over that of the patient's normal beats.
    public var pace: Double
    /// "beforeQRS", "QRS" or "afterQRS": the part of the beat that departs most.
    public var segment: String
    public var segments: Segments
    public var reference: Reference
    /// Where an alarm starts.
    public var curves: Curves?

    public init(
      part: String, shape: Double, timing: Double, pace: Double, segment: String,
      segments: Segments, reference: Reference, curves: Curves? = nil
    ) {
      self.part = part
      self.shape = shape
      self.timing = timing
      self.pace = pace
      self.segment = segment
      self.segments = segments
      self.reference = reference
      self.curves = curves
    }
  }

  public struct Model: Codable, Equatable, Sendable {
    public var name: String
    /// SHA-256 of the model file, in hex.
    public var hash: String

    public init(name: String, hash: String) {
      self.name = name
      self.hash = hash
    }
  }

  /// Signal quality at detection: 0 (useless) to 1, and why it is below 1.
  public struct Quality: Codable, Equatable, Sendable {
    public var index: Double
    public var reason: String?

    public init(index: Double, reason: String? = nil) {
      self.index = index
      self.reason = reason
    }
  }

  /// That an operator knows of the alarm, and until when that counts.
  public struct Acknowledgement: Codable, Equatable, Sendable {
    public var by: String?
    public var until: Moment

    public init(by: String?, until: Moment) {
      self.by = by
      self.until = until
    }
  }

  /// That the stream's alarms are paused, and until when.
  public struct Pause: Codable, Equatable, Sendable {
    public var by: String?
    public var until: Moment

    public init(by: String?, until: Moment) {
      self.by = by
      self.until = until
    }
  }

  /// The only fields that depend on when the samples were processed. RFC 3339, UTC.
  public struct Wall: Codable, Equatable, Sendable {
    public var receivedAt: String?
    public var publishedAt: String?

    public init(receivedAt: String? = nil, publishedAt: String? = nil) {
      self.receivedAt = receivedAt
      self.publishedAt = publishedAt
    }
  }

  public var schema = AlertEvent.schema
  /// Unique per event.
  public var id: String
  /// Shared by the events of one alarm.
  public var alarm: String
  /// Counts all events of the daemon from 1.
  public var sequence: Int64
  /// Counts the events of this stream from 1.
  public var streamSequence: Int64
  public var phase: AlertPhase
  /// Whether the alarm still signals; `off` exactly where the phase is `end`.
  public var presence: SignalPresence
  public var cause: AlertCause
  public var condition: ConditionName
  public var kind: AlarmKind
  public var priority: AlarmPriority
  public var code: Code?
  /// Nil for events about the daemon itself.
  public var stream: String?
  public var lead: String?
  public var sampleRateHz: Double?
  public var onset: Moment?
  public var detection: Moment?
  public var end: Moment?
  /// Where the condition of a latched alarm ended.
  public var cleared: Moment?
  public var acknowledged: Acknowledgement?
  /// Nobody acknowledged the alarm for too long; absent where false.
  public var escalated: Bool?
  public var paused: Pause?
  public var score: Double?
  public var limit: Double?
  /// The false alerts an hour that the limit was chosen for.
  public var falseAlertsPerHour: Double?
  public var worstSegment: WorstSegment?
  public var explanation: Explanation?
  public var model: Model?
  public var quality: Quality?
  /// What happened, in words, for whoever reads it at a bedside.
  public var reason: String
  /// "real", "test" or "demo".
  public var mode: String
  public var wall: Wall?

  /// An event with the fields that each one has; kind and code follow from the condition.
  public init(
    id: String, alarm: String, sequence: Int64, streamSequence: Int64, phase: AlertPhase,
    condition: ConditionName, priority: AlarmPriority, reason: String, mode: SampleMode
  ) {
    self.id = id
    self.alarm = alarm
    self.sequence = sequence
    self.streamSequence = streamSequence
    self.phase = phase
    switch phase {
    case .start: (presence, cause) = (.on, .began)
    case .continue: (presence, cause) = (.on, .keepAlive)
    case .end: (presence, cause) = (.off, .cleared)
    }
    self.condition = condition
    kind = condition.kind
    self.priority = priority
    code = condition.code.map(Code.init)
    self.reason = reason
    self.mode = mode.name
  }
}
