public import ECGAlarm
public import ECGCore
public import ECGModel
public import ECGSignal

/// What a stream has to tell operators: everything about an alert that follows from the samples
/// alone. Made where the stream is watched, numbered and dressed where it is published.
public struct AlertDraft: Sendable {
  public var slot: Int
  public var condition: ConditionName
  public var transition: AlarmTransition
  public var presence: SignalPresence
  public var cause: AlertCause
  public var isEscalated: Bool
  /// Who acknowledged the alarm, and until when that counts.
  public var acknowledged: OperatorAct?
  /// Who paused the stream's alarms, and until when.
  public var paused: OperatorAct?
  /// Where the condition of a latched alarm ended.
  public var cleared: SampleNumber?
  /// Counts the alarms of a stream: the same for start, continue and end of one alarm.
  public var alarmNumber: UInt64
  /// Device times, ns since the Unix epoch; nil where the gateway states none.
  public var onsetTimeNs: Int64?
  public var detectionTimeNs: Int64?
  /// The score of the window that completed the evidence; nil for technical alarms.
  public var score: Float?
  public var limit: Float?
  /// Where in that window the reconstruction error was largest, in the stream's sample numbers.
  public var worst: WorstSegment?
  /// Why the beat that completed the evidence scored as it did, where beats are judged.
  public var explanation: BeatExplanation?
  /// That beat beside its reference, where the alarm starts.
  public var curves: BeatCurves?
  /// The false alerts an hour that the limit was chosen for; nil where an administrator set it.
  public var falseAlertsPerHour: Double?
  public var quality: Quality
  /// Monotonic time at which the packet with the last sample of the evidence came in.
  public var receivedNs: UInt64
}

/// The part of a window where the reconstruction failed most.
public struct WorstSegment: Equatable, Sendable {
  public var start: SampleNumber
  /// One past the last sample.
  public var end: SampleNumber
  /// The error in the segment, in the model's metric.
  public var error: Float
  /// The segment's part of the whole window's error, 0...1.
  public var share: Float
}

/// What an operator did, and until when it counts.
public struct OperatorAct: Equatable, Sendable {
  public var by: String?
  public var until: SampleNumber
  /// Device time of `until`; nil where the gateway states none.
  public var untilTimeNs: Int64?
}
