import ECGWire
import FlyingFox
import Foundation

/// What an operator asks of the daemon: needs the token.
extension DashboardHandler {
  func act(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let token else {
      return Answer.refusal(
        "readOnly", "this page is read-only: ecgdash was started without a token",
        status: .forbidden)
    }
    guard let secret = RequestGuard.bearer(request.headers[.authorization]), token.matches(secret)
    else {
      try await Task.sleep(for: Self.wrongTokenPause)
      return Answer.refusal("badToken", "the operator token is wrong", status: .unauthorized)
    }
    if request.path == "/api/token" { return Answer.json(Array(#"{"ok":true}"#.utf8)) }
    guard let length = request.headers[.contentLength].flatMap({ Int($0) }),
      length <= Self.maximumBodyBytes
    else {
      return Answer.refusal(
        "badRequest", "expected a body of at most \(Self.maximumBodyBytes) bytes",
        status: .payloadTooLarge)
    }
    let body = try await request.bodyData
    let name: ControlRequest.Name =
      switch request.path {
      case "/api/pause": .pause
      case "/api/resume": .resume
      default: .acknowledge
      }
    guard let order = Self.order(name, body) else {
      return Answer.refusal(
        "badRequest", "expected a JSON object with the fields of the request \(name.rawValue)",
        status: .badRequest)
    }
    return Self.response(to: await desk.ask(order))
  }

  /// Reads an order; only the fields that belong to it.
  static func order(_ name: ControlRequest.Name, _ body: Data) -> ControlRequest? {
    struct Fields: Decodable {
      var alarm: String?
      var stream: String?
      var seconds: Int?
      var by: String?
    }
    guard let fields = try? JSONDecoder().decode(Fields.self, from: body) else { return nil }
    var order = ControlRequest(name)
    order.by = fields.by.map { String($0.prefix(64)) }
    switch name {
    case .acknowledge:
      guard let alarm = fields.alarm else { return nil }
      order.alarm = alarm
    case .pause:
      guard let stream = fields.stream, let seconds = fields.seconds,
        ControlRequest.pauseSeconds.contains(seconds)
      else { return nil }
      order.stream = stream
      order.seconds = seconds
    case .resume:
      guard let stream = fields.stream else { return nil }
      order.stream = stream
    case .status, .explain, .snapshot, .replay, .history, .strip: return nil
    }
    return order
  }

  static func response(to answer: ControlDesk.Answer) -> HTTPResponse {
    switch answer {
    case .success(let bytes):
      return Answer.json(bytes, status: Reply(bytes)?.isGood == true ? .ok : .conflict)
    case .failure(.noDaemon):
      return Answer.refusal(
        "noDaemon", "ecgd does not answer; nothing was done", status: .badGateway)
    case .failure(.busy):
      return Answer.refusal(
        "busy", "too many requests wait; nothing was done", status: .serviceUnavailable)
    }
  }
}
