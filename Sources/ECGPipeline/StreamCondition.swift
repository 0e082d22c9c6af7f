import ECGAlarm

/// The alarm conditions that every stream has, by the place of their state.
enum StreamCondition: Int, CaseIterable {
  case abnormalBeats, ventricularRun, atrialFibrillation, baselineDrift, leadOff, signalQuality,
    asystole, ventricularFibrillation, ventricularTachycardia, extremeBradycardia,
    extremeTachycardia, pause, gap, streamSilent, layoutChange, badPackets, patientChange,
    alarmsPaused, abnormalBaseline

  /// Whether evidence decides about it; a pause is begun and ended by operators alone.
  var hasCondition: Bool { self != .alarmsPaused }

  /// Whether its alerts show a score.
  var isAboutBeats: Bool {
    self == .abnormalBeats || self == .ventricularRun || self == .ventricularTachycardia
  }

  var name: ConditionName {
    switch self {
    case .abnormalBeats: .abnormalBeats
    case .ventricularRun: .ventricularRun
    case .atrialFibrillation: .atrialFibrillation
    case .baselineDrift: .baselineDrift
    case .abnormalBaseline: .abnormalBaseline
    case .leadOff: .leadOff
    case .signalQuality: .signalQuality
    case .asystole: .asystole
    case .ventricularFibrillation: .ventricularFibrillation
    case .ventricularTachycardia: .ventricularTachycardia
    case .extremeBradycardia: .extremeBradycardia
    case .extremeTachycardia: .extremeTachycardia
    case .pause: .pause
    case .gap: .gap
    case .streamSilent: .streamSilent
    case .layoutChange: .layoutChange
    case .badPackets: .badPackets
    case .alarmsPaused: .alarmsPaused
    case .patientChange: .patientChange
    }
  }

  /// Nil where no stream has such a condition.
  init?(_ name: ConditionName) {
    guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}
