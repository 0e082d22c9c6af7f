public import ECGAlarm

/// How the daemon and each of its streams stand: the reply to `status`.
///
/// Counters count from the daemon's start, or from the stream's admission. Optional fields are
/// absent while they are not known.
public struct StatusReport: Codable, Equatable, Sendable {
  public struct Model: Codable, Equatable, Sendable {
    public var name: String
    /// SHA-256 of the file, in hex.
    public var hash: String

    public init(name: String, hash: String) {
      self.name = name
      self.hash = hash
    }
  }

  /// Milliseconds from a packet's arrival to its last window's score.
  public struct Latency: Codable, Equatable, Sendable {
    public var count: Int64
    public var p50Ms: Double
    public var p99Ms: Double
    public var p999Ms: Double
    public var maximumMs: Double

    public init(count: Int64, p50Ms: Double, p99Ms: Double, p999Ms: Double, maximumMs: Double) {
      self.count = count
      self.p50Ms = p50Ms
      self.p99Ms = p99Ms
      self.p999Ms = p999Ms
      self.maximumMs = maximumMs
    }
  }

  /// What became of waveform frames.
  public struct Waveforms: Codable, Equatable, Sendable {
    public var published: Int64
    /// Built, and dropped because the daemon did not keep up with sending them.
    public var dropped: Int64

    public init(published: Int64, dropped: Int64) {
      self.published = published
      self.dropped = dropped
    }
  }

  public enum State: String, CaseIterable, Codable, Sendable {
    /// The patient's own normal is being learnt; nothing is judged yet.
    case learning
    case watching
    case silent
    case leadOff
    /// The signal is too poor to be judged.
    case poorSignal
    case paused
  }

  /// What was learnt of a patient.
  public struct Learnt: Codable, Equatable, Sendable {
    /// One of the patient's own reference beats.
    public struct Reference: Codable, Equatable, Sendable {
      /// As alerts name it.
      public var index: Int
      /// The part of the patient's recent beats that are most like it, 0 to 1.
      public var share: Double
      public var beats: Int
      public var widthMs: Double
      public var amplitudeMillivolts: Double
      /// How like what it was when it was learnt; 1 is equality.
      public var constancy: Double
      /// How likely other patients' beats of that shape are ventricular rather than normal, 0 to
      /// 1; absent from a daemon that does not tell.
      public var ventricularLikeness: Double?

      public init(
        index: Int, share: Double, beats: Int, widthMs: Double, amplitudeMillivolts: Double,
        constancy: Double, ventricularLikeness: Double? = nil
      ) {
        self.index = index
        self.share = share
        self.beats = beats
        self.widthMs = widthMs
        self.amplitudeMillivolts = amplitudeMillivolts
        self.constancy = constancy
        self.ventricularLikeness = ventricularLikeness
      }
    }

    /// The part of the learning that is done, 0 to 1.
    public var progress: Double
    /// "waiting": nothing to compare a beat with yet; "learning"; "settling": beats are judged, and
    /// what is normal may still change; "learnt".
    public var phase: String?
    /// Why it is not further, in words.
    public var reasons: [String]?
    /// From the first beat until the reference beats had settled: less than five minutes where
    /// the evidence sufficed.
    public var afterSeconds: Double?
    /// The most frequent first.
    public var references: [Reference]?
    /// Beats a minute among the patient's normal beats.
    public var heartRate: Double?
    /// "regular" or "irregular"; absent while too few beats are known.
    public var rhythm: String?
    /// The false alerts an hour that the limit was chosen for.
    public var falseAlertsPerHour: Double?
    /// Centre and spread of the logarithm of the normal reconstruction error.
    public var centre: Double?
    public var spread: Double?

    public init(progress: Double, centre: Double? = nil, spread: Double? = nil) {
      self.progress = progress
      self.centre = centre
      self.spread = spread
    }
  }

  /// One alarm that is on, as its latest event told.
  public struct Signal: Codable, Equatable, Sendable {
    public var alarm: String
    public var condition: ConditionName
    public var kind: AlarmKind
    public var priority: AlarmPriority
    public var presence: SignalPresence
    public var onset: AlertEvent.Moment?
    public var acknowledged: AlertEvent.Acknowledgement?
    public var escalated: Bool?

    public init(_ event: AlertEvent) {
      alarm = event.alarm
      condition = event.condition
      kind = event.kind
      priority = event.priority
      presence = event.presence
      onset = event.onset
      acknowledged = event.acknowledged
      escalated = event.escalated
    }
  }

  public struct Stream: Codable, Equatable, Sendable {
    public var id: String
    public var leads: [String]
    /// The lead that is judged.
    public var lead: String?
    public var sampleRateHz: Double
    public var mode: String?
    public var state: State
    /// Samples taken per lead.
    public var samples: Int64 = 0
    /// Samples of the judged lead that the gateway marked as missing.
    public var missing: Int64 = 0
    public var gaps: Int64 = 0
    /// Samples that never came.
    public var lost: Int64 = 0
    /// Samples that came twice, in packets that overlap.
    public var trimmed: Int64 = 0
    public var restarts: Int64 = 0
    public var layoutChanges: Int64 = 0
    /// Nil from a daemon that does not tell.
    public var patientChanges: Int64?
    public var packets: Int64 = 0
    /// Packets refused or dropped, by `RejectReason.name`; reasons that never occurred are absent.
    public var rejected: [String: Int64] = [:]
    public var beats: Int64 = 0
    public var windows: Int64 = 0
    public var heartRate: Double?
    /// 0 to 1.
    public var quality: Double?
    public var qualityReason: String?
    public var score: Double?
    public var limit: Double?
    /// The conditions of the alarms that are on.
    public var alarms: [String] = []
    /// The alarms that are on or latched, in the order of their latest events.
    public var signals: [Signal]?
    /// The pause of the stream's alarms; absent where they are not paused.
    public var paused: AlertEvent.Pause?
    public var learnt: Learnt?
    public var lastSample: Int64?
    /// Wall clock, RFC 3339.
    public var lastReceivedAt: String?

    public init(id: String, leads: [String], sampleRateHz: Double, state: State) {
      self.id = id
      self.leads = leads
      self.sampleRateHz = sampleRateHz
      self.state = state
    }
  }

  public var version: String
  public var uptimeSeconds: Double
  public var model: Model?
  public var shards: Int
  /// Shards that did not answer in time; their streams are missing from `streams`.
  public var shardsSilent: Int?
  public var packets: Int64 = 0
  public var bytes: Int64 = 0
  /// Packets refused or dropped, by `RejectReason.name`; reasons that never occurred are absent.
  public var rejected: [String: Int64] = [:]
  /// Of all streams since the daemon's start, those that have ended included.
  public var samples: Int64 = 0
  public var beats: Int64 = 0
  public var windows: Int64 = 0
  /// Windows that were not scored because the daemon could not keep up; absent where none.
  public var windowsShed: Int64?
  public var alertsPublished: Int64 = 0
  public var activeAlarms: Int = 0
  /// Alarms about the daemon itself that are on.
  public var signals: [Signal]?
  /// The newest heartbeat.
  public var heartbeat: Heartbeat?
  public var waveforms: Waveforms?
  /// Absent where nobody is asked for a key.
  public var keys: Keys?
  public var latency: Latency?
  public var streams: [Stream] = []

  public init(version: String, uptimeSeconds: Double, shards: Int) {
    self.version = version
    self.uptimeSeconds = uptimeSeconds
    self.shards = shards
  }

  /// The counters of an array that `RejectReason` indexes, by name, without zeros.
  public static func rejected(_ counters: [UInt64]) -> [String: Int64] {
    var named: [String: Int64] = [:]
    for reason in RejectReason.allCases where counters[reason.rawValue] > 0 {
      named[reason.name] = Int64(clamping: counters[reason.rawValue])
    }
    return named
  }
}
