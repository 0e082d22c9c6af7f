public import ECGCore

/// What a model file says about itself: how a signal must be prepared, what network the weights
/// are, and how an error is judged. See Documentation/Model.md.
public struct ModelManifest: Equatable, Sendable {
  public static let formatVersion = 1
  /// The key of the header's `__metadata__` that holds the manifest.
  public static let metadataKey = "ecgd.manifest"

  public let name: String
  public let description: String
  public let leads: Leads
  public let sampleRate: SampleRate
  public let window: Window
  /// Samples, of all leads, that one LSTM step takes.
  public let samplesPerStep: Int
  public let filters: Filters
  public let normalisation: Normalisation
  public let architecture: Architecture
  public let weights: Weights
  public let error: ErrorRule
  /// Parameters of the patient baseline by name; a single number is a list of one.
  public let baseline: [String: [Double]]
  public let trainingData: String
  public let licence: String
  public let toolVersions: [String: String]
  /// Greatest absolute difference per sample in the known-answer test.
  public let knownAnswerTolerance: Double

  /// How weights are stored; single precision where the manifest does not say.
  public struct Weights: Equatable, Sendable {
    public let storage: WeightStorage
    /// Greatest absolute difference per sample from what the weights gave before they were rounded
    /// to their storage; nil for `float32`.
    public let roundingTolerance: Double?
  }

  /// The leads of one window.
  public struct Leads: Equatable, Sendable {
    public let count: Int
    /// Names that suit the model, best first; may be empty.
    public let names: [String]
  }

  /// How windows are cut from the stream, in samples at the model's rate.
  public enum Window: Equatable, Sendable {
    case sliding(lengthSamples: Int, hopSamples: Int)
    /// `[fiducial - before, fiducial + after)`
    case beat(beforeSamples: Int, afterSamples: Int)

    public var lengthSamples: Int {
      switch self {
      case .sliding(let length, _): length
      case .beat(let before, let after): before + after
      }
    }
  }

  /// The causal filters that stand before the window.
  public struct Filters: Equatable, Sendable {
    public let highPass: Butterworth?
    public let lowPass: Butterworth?
    public let mainsNotch: Bool

    public struct Butterworth: Equatable, Sendable {
      public let hertz: Double
      public let order: Int
    }
  }

  /// What is done to a window before the network sees it; per lead.
  public enum Normalisation: String, CaseIterable, Equatable, Sendable {
    case none
    case meanRemoved
    case zScore
    case meanRemovedAndScaledByPatientAmplitude
  }

  /// How a reconstruction error is measured, and the fixed limit where there is one.
  public struct ErrorRule: Equatable, Sendable {
    public enum Metric: String, CaseIterable, Equatable, Sendable {
      case absolute = "L1"
      case squared = "L2"
    }
    public enum Reduction: String, CaseIterable, Equatable, Sendable {
      case sum
      case mean
    }
    public let metric: Metric
    public let reduction: Reduction
    /// A window whose error is greater is anomalous; nil where only the patient's baseline decides.
    public let limit: Double?

    public init(metric: Metric, reduction: Reduction, limit: Double?) {
      self.metric = metric
      self.reduction = reduction
      self.limit = limit
    }
  }

  /// Samples of one lead in one window.
  public var lengthSamples: Int { window.lengthSamples }
  /// Numbers in one window, of all leads.
  public var windowCount: Int { lengthSamples * leads.count }
  /// Numbers in one step, of all leads.
  public var patch: Int { samplesPerStep * leads.count }
  public var steps: Int { lengthSamples / samplesPerStep }
}
