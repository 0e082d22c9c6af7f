public import ECGCore

/// A piece of waveform of one stream, and how the stream stood: what a display shows.
public struct Wave: Sendable {
  public enum Kind: Sendable {
    /// The conditioned signal, behind the denoiser where there is one.
    case cleaned
    /// What the autoencoder made of one window, in millivolts.
    case reconstruction
    /// The encoder's output for one window.
    case latent
  }

  public var kind: Kind
  public var slot: Int
  /// Which of the stream's leads is judged.
  public var lead: Int
  public var streamRate: SampleRate
  /// Of the values; 0 for a latent.
  public var valueRate: SampleRate
  /// The stream's sample that value 0 stands for.
  public var first: SampleNumber
  /// The number of value 0 since the signal path was last started.
  public var index: Int64
  public var deviceTimeNs: Int64?
  /// How often the signal path was started.
  public var path: UInt32
  public var isLearning: Bool
  public var score: Float?
  public var limit: Float
  public var heartRate: Double?
  public var quality: Float
  /// The ratio that the denoiser reports, and its share in the signal; nil without one.
  public var signalToNoiseDecibels: Float?
  public var networkShare: Float?
  /// Counts the pieces of this kind and stream.
  public var sequence: UInt64
}

/// Who takes the waveforms; called on the shard's thread, must not wait or allocate.
public protocol WaveSink: AnyObject {
  func take(_ wave: Wave, _ values: Span<Float>)
}

/// Which waveforms of a stream somebody listens to.
public struct WaveWishes: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let waves = WaveWishes(rawValue: 1)
  public static let latents = WaveWishes(rawValue: 2)
}
