import ECGAlarm
import ECGWire
import Foundation

/// Colours and weights of a terminal. Where NO_COLOR is set only weights are left; every priority
/// has a mark of its own besides.
struct TerminalPaint {
  let isColoured: Bool

  static var ofEnvironment: TerminalPaint {
    // Set and not empty, as no-color.org has it.
    TerminalPaint(isColoured: (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty)
  }

  func bold(_ text: String) -> String { painted("1", text) }
  func dim(_ text: String) -> String { painted("2", text) }
  /// What nobody may overlook.
  func alert(_ text: String) -> String { painted(isColoured ? "1;37;41" : "1;7", text) }
  /// A score that reached the limit.
  func over(_ text: String) -> String { isColoured ? painted("31", text) : text }

  /// In the colour of its priority; only its text where it is acknowledged.
  func alarm(_ alarm: AlertEvent, _ text: String) -> String {
    let isKnown = alarm.presence == .acknowledged
    guard isColoured else { return isKnown ? text : bold(text) }
    let code =
      switch alarm.priority {
      case .high: isKnown ? "31" : "1;37;41"
      case .medium: isKnown ? "33" : "30;43"
      case .low: isKnown ? "36" : "30;46"
      }
    return painted(code, text)
  }

  private func painted(_ code: String, _ text: String) -> String {
    text.isEmpty ? "" : "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }
}
