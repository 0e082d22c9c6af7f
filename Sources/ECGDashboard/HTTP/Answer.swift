import FlyingFox
import Foundation

/// The responses of this server: each with the headers that keep a browser from doing more with
/// them than we mean.
enum Answer {
  static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  static func bytes(
    _ bytes: [UInt8], type: String, status: HTTPStatusCode = .ok
  ) -> HTTPResponse {
    var headers = HTTPHeaders()
    headers[.contentType] = type
    headers[.cacheControl] = "no-store"
    headers[HTTPHeader("Content-Security-Policy")] = contentSecurityPolicy
    headers[HTTPHeader("X-Content-Type-Options")] = "nosniff"
    headers[HTTPHeader("Referrer-Policy")] = "no-referrer"
    headers[HTTPHeader("Cross-Origin-Opener-Policy")] = "same-origin"
    headers[HTTPHeader("Cross-Origin-Resource-Policy")] = "same-origin"
    return HTTPResponse(statusCode: status, headers: headers, body: Data(bytes))
  }

  static func text(_ text: String, status: HTTPStatusCode = .ok) -> HTTPResponse {
    bytes(Array((text + "\n").utf8), type: "text/plain; charset=utf-8", status: status)
  }

  static func json(_ json: [UInt8], status: HTTPStatusCode = .ok) -> HTTPResponse {
    bytes(json, type: "application/json", status: status)
  }

  /// As the daemon's own refusals look, so that the page shows both alike.
  static func refusal(_ code: String, _ message: String, status: HTTPStatusCode) -> HTTPResponse {
    let object: [String: Any] = ["ok": false, "error": ["code": code, "message": message]]
    let body = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
    return json(Array(body ?? Data()), status: status)
  }
}
