/// Whether an alarm is about the patient or about the measurement (IEC 60601-1-8).
public enum AlarmKind: String, CaseIterable, Codable, Sendable {
  case physiological, technical
}

/// How soon somebody has to look (IEC 60601-1-8): at once, soon, or be aware.
public enum AlarmPriority: String, CaseIterable, Codable, Comparable, Sendable {
  case low, medium, high

  private var rank: Int {
    switch self {
    case .low: 0
    case .medium: 1
    case .high: 2
    }
  }

  /// One step sooner.
  public var raised: AlarmPriority { self == .low ? .medium : .high }

  public static func < (a: AlarmPriority, b: AlarmPriority) -> Bool { a.rank < b.rank }
}

/// The place of an event in its alarm's life.
public enum AlertPhase: String, CaseIterable, Codable, Sendable {
  case start, `continue`, end
}
