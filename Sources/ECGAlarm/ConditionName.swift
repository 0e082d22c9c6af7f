/// What an alarm is about. The raw value is the `condition` of an alert event.
public enum ConditionName: String, CaseIterable, Codable, Sendable {
  case abnormalBeats, asystole, ventricularFibrillation, ventricularTachycardia, ventricularRun
  case atrialFibrillation, extremeBradycardia, extremeTachycardia, pause
  case leadOff, signalQuality, noise, notAnalysable
  case baselineDrift
  /// What was learnt as normal looks like other patients' ventricular beats.
  case abnormalBaseline
  case gap, streamSilent, layoutChange, patientChange, badPackets, streamLimit, overload
  /// A gateway sent what its key does not allow, or too much.
  case wrongfulGateway
  /// Alerts go out, and cannot be kept.
  case journalFailure
  /// Operators paused the alarms of a stream.
  case alarmsPaused

  public var kind: AlarmKind {
    switch self {
    case .abnormalBeats, .asystole, .ventricularFibrillation, .ventricularTachycardia,
      .ventricularRun, .atrialFibrillation, .extremeBradycardia, .extremeTachycardia, .pause:
      .physiological
    case .leadOff, .signalQuality, .noise, .notAnalysable, .baselineDrift, .abnormalBaseline,
      .gap, .streamSilent, .layoutChange, .patientChange, .badPackets, .streamLimit, .overload,
      .journalFailure,
      .alarmsPaused, .wrongfulGateway:
      .technical
    }
  }

  /// The code in the event partition of ISO/IEEE 11073-10101; nil where we found none in a public
  /// source. Documentation/Protocol.md cites the source of each.
  public var code: MDCCode? {
    switch self {
    case .abnormalBeats: MDCCode(value: 3266, name: "MDC_EVT_ECG_ARRHY")
    case .asystole: MDCCode(value: 3076, name: "MDC_EVT_ECG_ASYSTOLE")
    case .ventricularTachycardia: MDCCode(value: 3224, name: "MDC_EVT_ECG_V_TACHY")
    case .ventricularRun: MDCCode(value: 3212, name: "MDC_EVT_ECG_V_P_C_RUN")
    case .atrialFibrillation: MDCCode(value: 3128, name: "MDC_EVT_ECG_ATR_FIB")
    case .extremeBradycardia: MDCCode(value: 3086, name: "MDC_EVT_ECG_BRADY_EXTREME")
    case .extremeTachycardia: MDCCode(value: 3122, name: "MDC_EVT_ECG_TACHY_EXTREME")
    case .pause: MDCCode(value: 3108, name: "MDC_EVT_ECG_PAUSE")
    case .leadOff: MDCCode(value: 274, name: "MDC_EVT_LEADS_OFF")
    case .signalQuality: MDCCode(value: 434, name: "MDC_EVT_SIG_QUALITY")
    case .noise: MDCCode(value: 432, name: "MDC_EVT_WAVE_ARTIF_ERR")
    case .notAnalysable: MDCCode(value: 384, name: "MDC_EVT_SIG_UNANALYZEABLE")
    case .ventricularFibrillation, .baselineDrift, .abnormalBaseline, .gap, .streamSilent,
      .layoutChange,
      .patientChange, .badPackets, .streamLimit, .overload, .journalFailure, .alarmsPaused,
      .wrongfulGateway:
      nil
    }
  }

  /// How soon an operator should respond.
  public var priority: AlarmPriority {
    switch self {
    case .asystole, .ventricularFibrillation, .ventricularTachycardia, .extremeBradycardia,
      .extremeTachycardia:
      .high
    case .abnormalBeats, .ventricularRun, .atrialFibrillation, .pause, .leadOff, .streamSilent,
      .streamLimit, .overload, .journalFailure, .wrongfulGateway:
      .medium
    case .signalQuality, .noise, .notAnalysable, .baselineDrift, .abnormalBaseline, .gap,
      .layoutChange,
      .patientChange, .badPackets, .alarmsPaused:
      .low
    }
  }

  /// Whether an alarm that nobody acknowledges is raised: those that leave a patient in danger, or
  /// unwatched.
  public var escalates: Bool {
    kind == .physiological || self == .leadOff || self == .streamSilent
  }
}
