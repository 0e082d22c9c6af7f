public import ECGCore

/// What a synthetic ECG shall be like.
public struct SyntheticParameters: Sendable {
  public var seconds = 60.0
  public var sampleRate = SampleRate(millihertz: 360_000)
  public var heartRateBpm = 70.0
  /// Standard deviation of the heart rate, beats a minute.
  public var heartRateDeviationBpm = 1.5
  /// The power of the slow (0.1 Hz) over the respiratory (0.25 Hz) variation of the heart rate.
  public var lowToHighPower = 0.5
  /// The share of beats that are ventricular ectopic ones.
  public var ventricularShare = 0.08
  /// The chance that a ventricular beat is followed by another at once.
  public var runContinuation = 0.15
  /// The share of beats that are supraventricular premature ones.
  public var supraventricularShare = 0.03
  /// Standard deviation of the amplifier's white noise, millivolts.
  public var measurementNoiseMillivolts = 0.01
  public var noiseEpisodesPerMinute = 0.25
  public var leadOffEpisodesPerMinute = 0.1
  /// Where the first ectopic beat or episode may come, so that there is some of the patient's own.
  public var quietStartSeconds = 10.0
  public var seed: UInt64 = 1

  public init(seconds: Double = 60, seed: UInt64 = 1) {
    self.seconds = seconds
    self.seed = seed
  }
}
