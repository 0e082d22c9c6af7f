public import ECGSignal

extension Quality {
  /// Whether the lead carries no ECG at all, as against a bad one.
  public var isLeadOff: Bool {
    switch reason {
    case .missing, .flat, .saturated: index < 0.5
    case .good, .muscle, .mains, .motion, .wander: false
    }
  }
}

extension Quality.Reason {
  /// For people.
  public var text: String {
    switch self {
    case .good: "good"
    case .missing: "missing samples"
    case .flat: "flat line"
    case .saturated: "saturated"
    case .muscle: "muscle noise"
    case .mains: "mains hum"
    case .motion: "electrode motion"
    case .wander: "baseline wander"
    }
  }
}
