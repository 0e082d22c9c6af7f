/// Whether an alarm still signals to operators (the alarm signal's presence, in the words of the
/// open descendants of IEC 60601-1-8).
public enum SignalPresence: String, CaseIterable, Codable, Sendable {
  /// The condition holds, and nobody has acknowledged it.
  case on
  /// The condition is over, and the alarm waits for an operator to acknowledge it.
  case latched
  /// The condition holds, and an operator knows; until the acknowledgement expires.
  case acknowledged
  /// The alarm is over.
  case off
}

/// Why an alert event was published.
public enum AlertCause: String, CaseIterable, Codable, Sendable {
  /// The condition began.
  case began
  /// Nothing new: the alarm is still on.
  case keepAlive
  /// An operator acknowledged the alarm.
  case acknowledged
  /// An acknowledgement ran out while the condition still held: the alarm signals again.
  case acknowledgementExpired
  /// Nobody acknowledged the alarm for too long.
  case escalated
  /// The condition is over; the alarm waits for an operator.
  case latched
  /// The condition came back while the alarm was latched.
  case returned
  /// The stream's alarms were paused.
  case paused
  /// The stream's pause is over, by its time or by an operator.
  case resumed
  /// The condition is over.
  case cleared
  /// The stream ended, began anew, or the daemon stopped.
  case closed
}
