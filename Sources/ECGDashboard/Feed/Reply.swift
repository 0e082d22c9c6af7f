import ECGWire
import Foundation

/// A reply of the daemon, read as far as this program needs it and no further.
struct Reply {
  let object: [String: Any]
  let id: String?
  let isGood: Bool

  init?(_ bytes: [UInt8]) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { return nil }
    self.object = object
    id = object["id"] as? String
    isGood = object["ok"] as? Bool ?? false
  }

  var sequence: Int64? { (object["sequence"] as? NSNumber)?.int64Value }

  var alerts: [LiveAlert]? {
    (object["alerts"] as? [[String: Any]])?.compactMap { LiveAlert($0) }
  }

  /// The status as JSON, without what was learnt of each patient, which the page does not show.
  func statusForPage() -> (text: String, streams: Set<String>)? {
    guard var status = object["status"] as? [String: Any] else { return nil }
    var streams = status["streams"] as? [[String: Any]] ?? []
    for i in streams.indices {
      if var learnt = streams[i]["learnt"] as? [String: Any] {
        learnt["references"] = nil
        streams[i]["learnt"] = learnt
      }
    }
    status["streams"] = streams
    guard
      let bytes = try? JSONSerialization.data(
        withJSONObject: status, options: [.sortedKeys, .withoutEscapingSlashes])
    else { return nil }
    return (
      String(decoding: bytes, as: UTF8.self), Set(streams.compactMap { $0["id"] as? String })
    )
  }
}
