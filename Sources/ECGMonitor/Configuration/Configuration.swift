public import ECGAlarm
public import ECGCore

/// Everything that an administrator may set, as one value.
///
/// The properties' initial values are the defaults; each key's name, type, range and meaning
/// stand in the table `Configuration.keys`, from which the reader, the shipped file and
/// Documentation/Configuration.md all come.
public struct Configuration: Equatable, Sendable {
  public var samples = Samples()
  public var alerts = Alerts()
  public var waveforms = Waveforms()
  public var control = Control()
  public var keys = Keys()
  public var limits = Limits()
  public var model = Model()
  public var streams = Streams()
  public var signal = Signal()
  public var alarm = Alarm()
  public var baseline = Baseline()
  public var batch = Batch()
  public var journal = Journal()
  public var restart = Restart()
  public var logging = Logging()

  /// The file that this was read from; nil for the defaults. Relative paths start from it.
  public var file: String?

  /// The defaults.
  public init() {}

  /// Where sample packets come in.
  public struct Samples: Equatable, Sendable {
    public var sockets = [SampleSocket()]
    public init() {}
  }

  /// One socket that sample packets come in on.
  public struct SampleSocket: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable { case pull, sub }
    public enum Attachment: String, CaseIterable, Sendable { case bind, connect }

    public var endpoint = Endpoint("tcp://127.0.0.1:5601")!
    public var kind = Kind.pull
    public var attach = Attachment.bind
    public var insecure = false
    public init() {}
  }

  /// Where alert events go out.
  public struct Alerts: Equatable, Sendable {
    public var endpoint = Endpoint("tcp://127.0.0.1:5602")!
    public var insecure = false
    public var heartbeatSeconds = 5.0
    public init() {}
  }

  /// Where waveforms go out to those who subscribe, and what cleans them.
  public struct Waveforms: Equatable, Sendable {
    public var endpoint = Endpoint("tcp://127.0.0.1:5603")!
    public var insecure = false
    /// The denoiser's file; nil shows the filtered signal as it is.
    public var denoiser: String? = "Models/denoise.safetensors"
    public init() {}
  }

  /// Where status, acknowledgements and pauses are asked for.
  public struct Control: Equatable, Sendable {
    public var endpoint = Endpoint("tcp://127.0.0.1:5604")!
    public var insecure = false
    public init() {}
  }

  /// Who may speak: the daemon's own secret key and the keys that it knows. Both or neither.
  public struct Keys: Equatable, Sendable {
    public var secret: String?
    public var authorized: String?
    public init() {}

    /// Whether every socket asks for keys.
    public var areUsed: Bool { secret != nil && authorized != nil }
  }

  /// What one gateway or operator may take of the daemon, where keys tell them apart.
  public struct Limits: Equatable, Sendable {
    public var handshakeMs = 5000
    public var connectionsPerKey = 64
    public var packetsPerSecond = 2000
    public var streamsPerGateway = 64
    public init() {}
  }

  /// The autoencoder's file.
  public struct Model: Equatable, Sendable {
    public var path = "Models/default.safetensors"
    public init() {}
  }

  /// How many streams are watched, and by how many threads.
  public struct Streams: Equatable, Sendable {
    public var maximum = 256
    public var silentAfterSeconds = 5.0
    /// 0 = one for each processor.
    public var shards = 0
    public var ringMegabytes = 8
    public init() {}
  }

  /// The mains frequency that the notch filter takes out.
  public enum Mains: String, CaseIterable, Sendable {
    case hz50 = "50"
    case hz60 = "60"
    case off = "off"

    /// Nil where no notch is wanted.
    public var frequencyHz: Double? {
      switch self {
      case .hz50: 50
      case .hz60: 60
      case .off: nil
      }
    }
  }

  /// What is done to the signal before the model sees it.
  public struct Signal: Equatable, Sendable {
    public var mainsHz = Mains.hz50
    /// Names in order of preference; empty = the model's own.
    public var leads: [Lead] = []
    public init() {}
  }

  /// When a score becomes an alarm, and when the alarm ends.
  public struct Alarm: Equatable, Sendable {
    public struct Persistence: Equatable, Sendable {
      public var k = 4
      public var n = 10
      public init() {}
    }

    /// Nil = the limit in the model's manifest.
    public var limit: Double?
    public var falseAlertsPerHour = 0.65
    public var onsetDelayMs = 0
    public var persistence = Persistence()
    public var clearMargin = 0.1
    public var clearAfterSeconds = 30.0
    public var minimumQuality = 0.5
    public var asystoleSeconds = 3.2
    public var pauseSeconds = 2.5
    public var bradycardiaPerMinute = 40.0
    public var tachycardiaPerMinute = 140.0
    public var ventricularPerMinute = 115.0
    public var ventricularScore = 0.4
    public var fibrillationLeakage = 0.48
    public var latching: [ConditionName] = [
      .asystole, .ventricularFibrillation, .ventricularTachycardia,
    ]
    public var acknowledgeSeconds = 180.0
    /// Nil = never.
    public var escalateAfterSeconds: Double? = 120
    public init() {}
  }

  /// How the patient's own normal is learnt.
  public struct Baseline: Equatable, Sendable {
    /// Nil = as long as the model's manifest says.
    public var learningSeconds: Double?
    public init() {}
  }

  /// How windows of many streams share one pass through the network.
  public struct Batch: Equatable, Sendable {
    public var maximumWindows = 32
    public var maximumWaitMs = 5
    public init() {}
  }

  /// The durable alert log.
  public struct Journal: Equatable, Sendable {
    public var path = "alerts.sqlite"
    public var retentionDays = 90
    public var stripDays = 30
    public var maximumMegabytes = 1024
    public init() {}
  }

  /// What is kept for the next start.
  public struct Restart: Equatable, Sendable {
    /// Nil = nothing is kept.
    public var checkpoint: String? = "streams.checkpoint"
    public var everySeconds = 5.0
    public var maximumAgeMinutes = 30.0
    public init() {}
  }

  /// What is written to the system's log.
  public struct Logging: Equatable, Sendable {
    public enum Level: String, CaseIterable, Sendable {
      case debug, info, notice, warning, error
    }

    public var level = Level.info
    public var ratePerMinute = 30
    public init() {}
  }
}
