import ECGAlarm
import ECGWire
import Foundation

/// An alert event as one aligned line.
struct WatchLine {
  let isColoured: Bool
  /// Grows with the longest name seen, so that lines stay aligned from there on.
  private var streamWidth = 10

  init(isColoured: Bool) {
    self.isColoured = isColoured && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
  }

  mutating func text(_ event: AlertEvent) -> String {
    let stream = event.stream ?? "ecgd"
    streamWidth = max(streamWidth, stream.count)
    let score =
      switch (event.score, event.limit) {
      case (let score?, let limit?): Self.number(score) + " / " + Self.number(limit)
      case (let score?, nil): Self.number(score)
      default: ""
      }
    let columns = [
      Self.left(Self.time(event), 13),
      Self.left(stream, streamWidth),
      coloured(Self.left(event.priority.rawValue.uppercased(), 6), event),
      Self.left(event.phase.rawValue, 8),
      Self.left(Self.words(event.condition), 23),
      Self.left(event.lead ?? "", 6),
      Self.right(score, 15),
      " " + event.reason + (event.mode == "real" ? "" : " [\(event.mode)]"),
    ]
    return columns.joined(separator: "  ")
  }

  /// When what the line tells was the case: the onset of a start, the detection of what follows.
  /// On the device's clock to a millisecond, or else on the sample clock.
  static func time(_ event: AlertEvent) -> String {
    let moment = event.phase == .start ? event.onset ?? event.detection : event.detection
    if let time = moment?.time {
      return String(time.dropFirst(11).prefix(12))
    }
    guard let sample = moment?.sample, let rate = event.sampleRateHz, rate > 0 else { return "-" }
    let milliseconds = Int((Double(sample) / rate * 1000).rounded(.down))
    let seconds = milliseconds / 1000
    return "+" + pad(seconds / 3600, 2) + ":" + pad(seconds / 60 % 60, 2) + ":"
      + pad(seconds % 60, 2) + "." + pad(milliseconds % 1000, 3)
  }

  /// "ventricularRun" as "ventricular run".
  static func words(_ condition: ConditionName) -> String {
    condition.rawValue.reduce(into: "") { words, letter in
      if letter.isUppercase { words += " " }
      words += letter.lowercased()
    }
  }

  private func coloured(_ text: String, _ event: AlertEvent) -> String {
    guard isColoured else { return text }
    let code =
      switch (event.phase, event.priority) {
      case (.end, _): "2"  // dim
      case (_, .high): "1;31"  // bold red
      case (_, .medium): "1;33"  // bold yellow
      case (_, .low): "36"  // cyan
      }
    return "\u{1b}[\(code)m\(text)\u{1b}[0m"
  }

  /// Two decimals below 100, none above.
  static func number(_ value: Double) -> String {
    String(format: abs(value) < 100 ? "%.2f" : "%.0f", value)
  }

  static func pad(_ value: Int, _ width: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
