import ECGWire
import FlyingFox
import Foundation

/// The alarms of a bed's past, from the daemon's journal.
extension DashboardHandler {
  /// How far back the journal is read, in events of the whole ward, and how many are returned.
  static let historyDepth: Int64 = 3000
  static let historyCount = 200

  func history(of request: HTTPRequest) async -> HTTPResponse {
    let stream = request.query.first { $0.name == "stream" }?.value
    let last: Int64
    switch await desk.ask(ControlRequest(.snapshot)) {
    case .success(let bytes):
      guard let sequence = Reply(bytes)?.sequence else {
        return Answer.json(bytes, status: .badGateway)
      }
      last = sequence
    case .failure(let failure): return Self.response(to: .failure(failure))
    }
    var since = max(0, last - Self.historyDepth)
    var events: [LiveAlert] = []
    while since < last {
      var replay = ControlRequest(.replay)
      replay.since = since
      replay.limit = ControlRequest.replayLimit.upperBound
      let answer = await desk.ask(replay)
      guard case .success(let bytes) = answer, let page = Reply(bytes)?.alerts, !page.isEmpty
      else {
        if case .failure = answer { return Self.response(to: answer) }
        break
      }
      events += page.filter { stream == nil || $0.stream == stream }
      since = page[page.count - 1].sequence
    }
    let newest = events.suffix(Self.historyCount).reversed().map(\.json).joined(separator: ",")
    return Answer.json(Array(#"{"ok":true,"alerts":[\#(newest)]}"#.utf8))
  }
}
