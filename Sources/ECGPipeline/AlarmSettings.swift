import ECGAlarm
import ECGCore

/// When scores become alarms: what an administrator may change while the daemon watches.
public struct AlarmSettings: Equatable, Sendable {
  /// Nil: the limit that the model's manifest states.
  public var limit: Float?
  /// How many false alerts an hour the limits that follow each patient are chosen for.
  public var falseAlertsPerHour = 0.7
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

  public init() {}

  /// In log-odds, added to the limits that follow a patient.
  var shift: Float { FalseAlertCalibration.shift(perHour: falseAlertsPerHour) }

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
    case .leadOff: return seconds(2, of: 3, clearAfter: 3)
    case .signalQuality: return seconds(6, of: 10, clearAfter: 10)
    case .gap, .badPackets: return seconds(1, of: 1, clearAfter: 10)
    case .streamSilent, .layoutChange, .patientChange: return seconds(1, of: 1, clearAfter: 0)
    }
  }
}
