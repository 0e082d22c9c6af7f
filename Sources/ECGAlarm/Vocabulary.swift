/// Whether an alarm speaks of the patient or of the equipment (terms of IEC 60601-1-8).
public enum AlarmKind: String, Codable, Sendable, CaseIterable {
  case physiological, technical
}

/// How soon an operator should respond (terms of IEC 60601-1-8), most urgent first.
public enum AlarmPriority: String, Codable, Sendable, CaseIterable {
  case high, medium, low
}

/// The place of an alert in the life of its alarm.
public enum AlertPhase: String, Codable, Sendable, CaseIterable {
  case start, `continue`, end
}
