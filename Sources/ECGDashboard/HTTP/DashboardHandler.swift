import ECGWire
import FlyingFox
import Foundation

/// What is answered to each request.
struct DashboardHandler: HTTPHandler {
  let hub: Hub
  let desk: ControlDesk
  let metrics: WardMetrics
  let token: OperatorToken?
  let requestGuard: RequestGuard

  /// No request has a longer body.
  static let maximumBodyBytes = 4096
  /// After a wrong token, so that nobody tries many.
  static let wrongTokenPause = Duration.milliseconds(500)

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard requestGuard.isOurs(host: request.headers[.host]) else {
      return Answer.text(
        "unknown host name: ask by address, or start with --host-name", status: .misdirectedRequest)
    }
    let origin = request.headers[HTTPHeader("Origin")]
    guard requestGuard.isSameOrigin(origin: origin, host: request.headers[.host]) else {
      return Answer.text("only this server's own page may ask", status: .forbidden)
    }
    switch (request.method, request.path) {
    case (.GET, "/live"):
      return try await WebSocketHTTPHandler(handler: LiveSocket(hub: hub)).handleRequest(request)
    case (.GET, "/metrics"):
      return Answer.bytes(
        Array(metrics.text(hub.figures).utf8), type: "text/plain; version=0.0.4; charset=utf-8")
    case (.GET, "/healthz"): return health()
    case (.GET, "/api/history"): return await history(of: request)
    case (.GET, "/api/strip"): return await strip(of: request)
    case (.POST, "/api/acknowledge"), (.POST, "/api/pause"), (.POST, "/api/resume"),
      (.POST, "/api/token"):
      return try await act(request)
    case (.GET, let path):
      guard let file = WebFiles.all[path] else {
        return Answer.text("not found", status: .notFound)
      }
      return Answer.bytes(file.bytes, type: file.type)
    default: return Answer.text("not allowed", status: .methodNotAllowed)
    }
  }

  private func health() -> HTTPResponse {
    metrics.isUp
      ? Answer.text("ok")
      : Answer.text("the daemon does not answer", status: .serviceUnavailable)
  }
}
