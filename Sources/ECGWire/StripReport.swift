public import ECGAlarm

/// The ECG around an alarm's onset as the daemon hands it out: the reply to `strip`.
///
/// Values are whole microvolts, nil where there is none; the three lists are equally long.
public struct StripReport: Codable, Equatable, Sendable {
  public var alarm: String
  public var stream: String?
  public var condition: ConditionName
  public var lead: String?
  /// Whether nothing of the ten seconds on either side is missing.
  public var isWhole: Bool
  /// The stream's own rate, in which the sample numbers count.
  public var streamRateHz: Double
  public var firstSample: Int64
  public var onsetSample: Int64
  /// RFC 3339; absent where the gateway tells no time.
  public var onsetTime: String?
  /// The rate of the values.
  public var valueRateHz: Double
  /// Which of the values stands at the onset.
  public var onsetIndex: Int
  /// The conditioned ECG.
  public var ecgMicrovolts: [Int32?]
  /// What the network made of it.
  public var reconstructionMicrovolts: [Int32?]
  /// The ECG minus its reconstruction.
  public var errorMicrovolts: [Int32?]

  /// `event` is one of the alarm's own.
  public init(_ strip: AlertStrip, of event: AlertEvent) {
    alarm = event.alarm
    stream = event.stream
    condition = event.condition
    lead = event.lead
    isWhole = strip.isWhole
    streamRateHz = strip.streamRateHz
    firstSample = strip.firstSample
    onsetSample = strip.onsetSample
    onsetTime = strip.onsetTimeNs.map { UTCTime.text(nanoseconds: $0) }
    valueRateHz = strip.valueRateHz
    onsetIndex = strip.onsetIndex
    ecgMicrovolts = strip.ecg.map(Self.microvolts)
    reconstructionMicrovolts = strip.reconstruction.map(Self.microvolts)
    errorMicrovolts = zip(ecgMicrovolts, reconstructionMicrovolts).map { ecg, made in
      ecg.flatMap { ecg in made.map { ecg - $0 } }
    }
  }

  private static func microvolts(_ millivolts: Float) -> Int32? {
    millivolts.isFinite ? Int32((millivolts * 1000).rounded()) : nil
  }
}
