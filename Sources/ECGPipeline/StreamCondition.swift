import ECGAlarm

/// The alarm conditions that every stream has, by the place of their state.
enum StreamCondition: Int, CaseIterable {
  case abnormalBeats, leadOff, signalQuality, gap, streamSilent, layoutChange, badPackets

  var name: ConditionName {
    switch self {
    case .abnormalBeats: .abnormalBeats
    case .leadOff: .leadOff
    case .signalQuality: .signalQuality
    case .gap: .gap
    case .streamSilent: .streamSilent
    case .layoutChange: .layoutChange
    case .badPackets: .badPackets
    }
  }
}
