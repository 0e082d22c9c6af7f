import ECGAlarm

/// The alarm conditions that every stream has, by the place of their state.
enum StreamCondition: Int, CaseIterable {
  case abnormalBeats, ventricularRun, atrialFibrillation, baselineDrift, leadOff, signalQuality,
    gap, streamSilent, layoutChange, badPackets, patientChange

  /// Whether its alerts show a score.
  var isAboutBeats: Bool { self == .abnormalBeats || self == .ventricularRun }

  var name: ConditionName {
    switch self {
    case .abnormalBeats: .abnormalBeats
    case .ventricularRun: .ventricularRun
    case .atrialFibrillation: .atrialFibrillation
    case .baselineDrift: .baselineDrift
    case .leadOff: .leadOff
    case .signalQuality: .signalQuality
    case .gap: .gap
    case .streamSilent: .streamSilent
    case .layoutChange: .layoutChange
    case .badPackets: .badPackets
    case .patientChange: .patientChange
    }
  }
}
