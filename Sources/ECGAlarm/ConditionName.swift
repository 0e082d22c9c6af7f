/// The alarm conditions that a stream can be in.
public enum ConditionName: UInt8, Sendable, CaseIterable {
  /// The model no longer recognises this patient's own ECG.
  case reconstructionError
  /// The watched lead carries no ECG: missing samples, a flat line or a rail.
  case leadOff
  /// The watched lead is too noisy to be judged.
  case poorSignal
  /// Samples were lost between the gateway and the window.
  case samplesLost
  /// No packet has come for a while.
  case streamSilent
  /// The leads or the sample rate changed, and the patient is being learnt anew.
  case layoutChanged
  /// Packets of this stream were refused.
  case packetsRefused
  /// New streams were refused because the limit is reached.
  case streamsRefused

  public var kind: AlarmKind {
    switch self {
    case .reconstructionError: .physiological
    case .leadOff, .poorSignal, .samplesLost, .streamSilent, .layoutChanged, .packetsRefused,
      .streamsRefused:
      .technical
    }
  }

  public var priority: AlarmPriority {
    switch self {
    case .reconstructionError, .leadOff, .streamSilent, .streamsRefused: .medium
    case .poorSignal, .samplesLost, .layoutChanged, .packetsRefused: .low
    }
  }
}
