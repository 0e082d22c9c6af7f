import ECGWire
import FlyingFox
import Foundation

/// The alarms of a bed's past and their ECG, from the daemon's journal: read by everybody.
extension DashboardHandler {
  /// Events of a bed that are shown.
  static let historyCount = 300

  func history(of request: HTTPRequest) async -> HTTPResponse {
    guard let stream = Self.parameter("stream", of: request) else { return Self.missing("stream") }
    var question = ControlRequest(.history)
    question.stream = stream
    question.limit = Self.historyCount
    return Self.response(to: await desk.ask(question))
  }

  func strip(of request: HTTPRequest) async -> HTTPResponse {
    guard let alarm = Self.parameter("alarm", of: request) else { return Self.missing("alarm") }
    var question = ControlRequest(.strip)
    question.alarm = alarm
    return Self.response(to: await desk.ask(question))
  }

  private static func parameter(_ name: String, of request: HTTPRequest) -> String? {
    request.query.first { $0.name == name }?.value
  }

  private static func missing(_ name: String) -> HTTPResponse {
    Answer.refusal("badRequest", "expected ?\(name)=", status: .badRequest)
  }
}
