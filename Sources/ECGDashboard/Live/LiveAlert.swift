import Foundation

/// An alert event as its JSON came, and the few fields that this program looks at.
///
/// Read field by field instead of as an `AlertEvent`, so that an event of a later version, with a
/// condition that is new, still reaches the page.
struct LiveAlert: Equatable, Sendable {
  var alarm: String
  var sequence: Int64
  var phase: String
  var condition: String
  var kind: String
  var priority: String
  var stream: String?
  var publishedAt: String?
  var receivedAt: String?
  var json: String

  var isStart: Bool { phase == "start" }
  var isEnd: Bool { phase == "end" }

  init?(_ bytes: [UInt8]) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { return nil }
    self.init(object, json: String(decoding: bytes, as: UTF8.self))
  }

  /// One of the events of a reply.
  init?(_ object: [String: Any]) {
    guard
      let bytes = try? JSONSerialization.data(
        withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    else { return nil }
    self.init(object, json: String(decoding: bytes, as: UTF8.self))
  }

  private init?(_ object: [String: Any], json: String) {
    guard let alarm = object["alarm"] as? String,
      let sequence = (object["sequence"] as? NSNumber)?.int64Value,
      let phase = object["phase"] as? String, let condition = object["condition"] as? String,
      let kind = object["kind"] as? String, let priority = object["priority"] as? String
    else { return nil }
    self.alarm = alarm
    self.sequence = sequence
    self.phase = phase
    self.condition = condition
    self.kind = kind
    self.priority = priority
    self.json = json
    stream = object["stream"] as? String
    let wall = object["wall"] as? [String: Any]
    publishedAt = wall?["publishedAt"] as? String
    receivedAt = wall?["receivedAt"] as? String
  }
}
