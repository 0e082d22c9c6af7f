import ECGAlarm
import Foundation

extension AlertEvent {
  /// The event as its deterministic JSON text, in one line.
  public func encoded() -> [UInt8] { json.bytes }

  /// Reads an event back from JSON.
  public static func decode(_ bytes: [UInt8]) throws -> AlertEvent {
    try JSONDecoder().decode(AlertEvent.self, from: Data(bytes))
  }

  /// The event without its wall-clock fields, as text: equal for equal samples.
  public var fingerprint: String {
    var copy = self
    copy.wall = nil
    return copy.json.text
  }

  public var json: JSON {
    var members: [String: JSON] = [
      "schema": .string(schema), "id": .string(id), "alarm": .string(alarm),
      "sequence": .integer(sequence), "streamSequence": .integer(streamSequence),
      "phase": .string(phase.rawValue), "presence": .string(presence.rawValue),
      "cause": .string(cause.rawValue), "condition": .string(condition.rawValue),
      "kind": .string(kind.rawValue), "priority": .string(priority.rawValue),
      "reason": .string(reason), "mode": .string(mode),
    ]
    members["code"] = code.map {
      .object([
        "system": .string($0.system), "value": .integer(Int64($0.value)), "name": .string($0.name),
      ])
    }
    members["stream"] = stream.map(JSON.string)
    members["lead"] = lead.map(JSON.string)
    members["sampleRateHz"] = sampleRateHz.map(JSON.decimal)
    members["onset"] = onset?.json
    members["detection"] = detection?.json
    members["end"] = end?.json
    members["cleared"] = cleared?.json
    members["acknowledged"] = acknowledged.map {
      .object(text("by", $0.by).merging(["until": $0.until.json], uniquingKeysWith: { $1 }))
    }
    members["escalated"] = escalated.map(JSON.bool)
    members["paused"] = paused.map {
      .object(text("by", $0.by).merging(["until": $0.until.json], uniquingKeysWith: { $1 }))
    }
    members["score"] = score.map(JSON.decimal)
    members["limit"] = limit.map(JSON.decimal)
    members["falseAlertsPerHour"] = falseAlertsPerHour.map(JSON.decimal)
    members["explanation"] = explanation?.json
    members["worstSegment"] = worstSegment.map {
      .object([
        "startSample": .integer($0.startSample), "endSample": .integer($0.endSample),
        "error": .decimal($0.error), "share": .decimal($0.share),
      ])
    }
    members["model"] = model.map { .object(["name": .string($0.name), "hash": .string($0.hash)]) }
    members["quality"] = quality.map { quality in
      .object(
        ["index": JSON.decimal(quality.index)].merging(
          text("reason", quality.reason), uniquingKeysWith: { $1 }))
    }
    members["wall"] = wall.map { wall in
      .object(
        text("receivedAt", wall.receivedAt).merging(
          text("publishedAt", wall.publishedAt), uniquingKeysWith: { $1 }))
    }
    return .object(members)
  }

  private func text(_ key: String, _ value: String?) -> [String: JSON] {
    value.map { [key: .string($0)] } ?? [:]
  }
}

extension AlertEvent.Moment {
  var json: JSON {
    var members: [String: JSON] = ["sample": .integer(sample)]
    members["time"] = time.map(JSON.string)
    return .object(members)
  }
}

extension AlertEvent.Explanation {
  var json: JSON {
    var members: [String: JSON] = [
      "part": .string(part), "shape": .decimal(shape), "timing": .decimal(timing),
      "pace": .decimal(pace), "segment": .string(segment),
      "segments": .object([
        "beforeQRS": .decimal(segments.beforeQRS), "QRS": .decimal(segments.qrs),
        "afterQRS": .decimal(segments.afterQRS),
      ]),
      "reference": .object([
        "index": .integer(Int64(reference.index)), "similarity": .decimal(reference.similarity),
        "share": .decimal(reference.share),
      ]),
    ]
    members["curves"] = curves.map {
      .object([
        "rateHz": .decimal($0.rateHz), "samplesBefore": .integer(Int64($0.samplesBefore)),
        "beat": .array($0.beat.map(JSON.decimal)),
        "reference": .array($0.reference.map(JSON.decimal)),
      ])
    }
    return .object(members)
  }
}
