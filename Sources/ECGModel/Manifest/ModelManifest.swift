/// What a model file says about its model: the network, and how a signal must be prepared for it.
///
/// `Documentation/Model.md` defines every field.
public struct ModelManifest: Equatable, Sendable {
  /// The only version of the format that there is.
  public static let formatVersion = 1
  /// Samples that one window can have at most.
  public static let windowLengthLimit = 65_536
  public static let leadCountLimit = 16
  public static let sampleRateLimitHz = 10_000.0

  public let name: String
  public let description: String
  public let leads: Leads
  public let sampleRateHz: Double
  public let window: Window
  /// Samples, of all leads, that one LSTM step takes; divides `windowLength`.
  public let samplesPerStep: Int
  public let filters: Filters
  public let normalisation: Normalisation
  public let architecture: Architecture
  public let error: ErrorRule
  public let baseline: BaselineParameters
  public let trainingData: String
  public let licence: String
  public let toolVersions: [String: String]
  /// The greatest absolute difference per sample that the known-answer test allows.
  public let knownAnswerTolerance: Double

  /// Samples of one window, per lead.
  public var windowLength: Int { window.length }
  /// LSTM steps of one window.
  public var stepCount: Int { windowLength / samplesPerStep }
  /// Numbers that the network reconstructs at each step: samples of all leads.
  public var numbersPerStep: Int { samplesPerStep * leads.count }
}

extension ModelManifest {
  public struct Leads: Equatable, Sendable {
    /// Leads that one window holds.
    public let count: Int
    /// Names that suit the model, best first; may be empty.
    public let names: [String]
  }

  /// Where windows are cut from the stream; all lengths in samples of the model's rate.
  public enum Window: Equatable, Sendable {
    /// A window of `length` samples every `hop` samples.
    case sliding(length: Int, hop: Int)
    /// The window `[fiducial - before, fiducial + after)` of each heartbeat.
    case beat(before: Int, after: Int)

    public var length: Int {
      switch self {
      case .sliding(let length, _): length
      case .beat(let before, let after): before + after
      }
    }
  }

  /// The causal filters in front of the window.
  public struct Filters: Equatable, Sendable {
    public let highPass: Filter?
    public let lowPass: Filter?
    /// Whether a mains notch stands in front of them.
    public let mainsNotch: Bool
  }

  /// A causal Butterworth filter.
  public struct Filter: Equatable, Sendable {
    public let hz: Double
    public let order: Int
  }

  /// What is done to a window, per lead, before the network sees it.
  public enum Normalisation: String, CaseIterable, Equatable, Sendable {
    case none
    /// Minus its mean.
    case meanRemoved
    /// Minus its mean, divided by its population standard deviation; a lead without any
    /// deviation becomes zero.
    case zScore
    /// Minus its mean, divided by the amplitude of the patient's reference beat.
    case meanRemovedAndScaledByPatientAmplitude
  }

  /// How window and reconstruction are compared.
  public struct ErrorRule: Equatable, Sendable {
    public enum Metric: String, CaseIterable, Equatable, Sendable {
      /// The absolute difference.
      case l1 = "L1"
      /// The squared difference.
      case l2 = "L2"
    }
    public enum Reduction: String, CaseIterable, Equatable, Sendable {
      case sum, mean
    }
    public let metric: Metric
    /// Over all samples of all leads.
    public let reduction: Reduction
    /// An error greater than this is anomalous; nil where only the patient's baseline decides.
    public let limit: Double?
  }

  /// The parameters of the patient baseline; their names belong to the detector that reads them.
  public struct BaselineParameters: Equatable, Sendable {
    let values: [String: [Double]]
    let scalars: Set<String>

    /// Every name, sorted.
    public var names: [String] { values.keys.sorted() }

    /// The number of a name; nil where there is none, or a list.
    public func number(_ name: String) -> Double? {
      scalars.contains(name) ? values[name]?.first : nil
    }

    /// The list of numbers of a name; nil where there is none, or a single number.
    public func numbers(_ name: String) -> [Double]? {
      scalars.contains(name) ? nil : values[name]
    }
  }
}
