public import ECGAlarm
import ECGCore

/// When scores become alarms: what an administrator may change while the daemon watches.
public struct AlarmSettings: Equatable, Sendable {
  /// Nil: the limit that the model's manifest states.
  public var limit: Float?
  /// How many false alerts an hour the limits that follow each patient are chosen for.
  public var falseAlertsPerHour = 0.65
  public var k = 4
  public var n = 10
  public var onsetDelaySeconds = 0.0
  /// The part of the limit by which a score must fall under it to count as clear.
  public var clearMargin: Float = 0.1
  public var clearAfterSeconds = 30.0
  public var keepAliveSeconds = 30.0
  /// Windows of a lower quality (0...1) are not judged.
  public var minimumQuality: Float = 0.5
  /// Wall time without a packet after which a stream is silent.
  public var silentAfterSeconds = 5.0

  /// Without a beat for so long, the heart stands still.
  public var asystoleSeconds = 3.2
  /// Without a beat for so long, it paused.
  public var pauseSeconds = 2.5
  /// Beats a minute under which, and over which, a rate is extreme.
  public var bradycardiaPerMinute = 40.0
  public var tachycardiaPerMinute = 140.0
  /// A run of five beats as fast as this, four of them with scores from this on, is a ventricular
  /// tachycardia.
  public var ventricularPerMinute = 115.0
  public var ventricularScore: Float = 0.4
  /// Waves whose leakage is lower than this are no beats (`FibrillationMeasure`).
  public var fibrillationLeakage = 0.48
  /// Conditions whose alarms stay until an operator acknowledges them.
  public var latching: Set<ConditionName> = [
    .asystole, .ventricularFibrillation, .ventricularTachycardia,
  ]
  /// How long an acknowledgement counts.
  public var acknowledgeSeconds = 180.0
  /// How long an alarm may signal unacknowledged before its priority is raised; nil: for ever.
  public var escalateAfterSeconds: Double? = 120

  public init() {}

  /// What a condition's alarm tells operators, for a stream of the given rate. A condition keeps
  /// itself alive while it is fed; where it is not, its signal does, half as often.
  func signalRule(of condition: StreamCondition, at rate: SampleRate) -> AlarmSignal.Rule {
    func samples(_ seconds: Double) -> Int64 { max(1, Int64(rate.samples(seconds: seconds))) }
    let escalate = condition.name.escalates ? escalateAfterSeconds : nil
    return AlarmSignal.Rule(
      isLatching: latching.contains(condition.name),
      acknowledgeSamples: samples(acknowledgeSeconds),
      escalateAfterSamples: escalate.map(samples),
      keepAliveSamples: samples(2 * keepAliveSeconds))
  }

  /// The rule of a condition, for a stream of the given rate.
  func rule(of condition: StreamCondition, at rate: SampleRate) -> AlarmCondition.Rule {
    func samples(_ seconds: Double) -> Int64 { Int64(rate.samples(seconds: seconds)) }
    let keepAlive = max(1, samples(keepAliveSeconds))
    func seconds(_ k: Int, of n: Int, clearAfter: Double) -> AlarmCondition.Rule {
      .init(
        k: k, n: n, onsetDelaySamples: 0, clearAfterSamples: samples(clearAfter),
        keepAliveSamples: keepAlive)
    }
    switch condition {
    case .abnormalBeats:
      return .init(
        k: k, n: n, onsetDelaySamples: samples(onsetDelaySeconds),
        clearAfterSamples: samples(clearAfterSeconds), keepAliveSamples: keepAlive)
    case .ventricularRun: return seconds(1, of: 1, clearAfter: 3)
    case .atrialFibrillation: return seconds(1, of: 1, clearAfter: 30)
    case .baselineDrift: return seconds(10, of: 10, clearAfter: 60)
    case .abnormalBaseline: return seconds(30, of: 30, clearAfter: 60)
    case .leadOff: return seconds(2, of: 3, clearAfter: 3)
    case .signalQuality: return seconds(6, of: 10, clearAfter: 10)
    case .asystole: return seconds(1, of: 1, clearAfter: 2)
    case .ventricularFibrillation: return seconds(2, of: 3, clearAfter: 5)
    case .ventricularTachycardia: return seconds(1, of: 1, clearAfter: 3)
    case .extremeBradycardia, .extremeTachycardia, .pause:
      return seconds(1, of: 1, clearAfter: 5)
    case .gap, .badPackets: return seconds(1, of: 1, clearAfter: 10)
    case .streamSilent, .layoutChange, .patientChange, .alarmsPaused, .leadChange:
      return seconds(1, of: 1, clearAfter: 0)
    }
  }
}
