import Foundation

/// The daemon's sign of life on the alerts socket, behind the topic `heartbeat`: while it comes, and
/// its counter rises by one, no alert means that there is nothing to alert.
///
/// The counter rises only where the daemon's check of itself found every thread at work.
public struct Heartbeat: Codable, Equatable, Sendable {
  public static let schema = "ecgd-heartbeat/1"
  public static let topicText = "heartbeat"
  public static let topic = Array(topicText.utf8)

  public var schema = Heartbeat.schema
  /// Tells one run of the daemon from another: when it began, ns since the Unix epoch.
  public var run: Int64
  /// Checks passed since the start of the run; from 1.
  public var counter: Int64
  public var intervalSeconds: Double
  /// The sequence number of the last alert event: whoever has seen less has missed some.
  public var sequence: Int64
  public var activeAlarms: Int
  /// What does not work although the daemon goes on, in words; empty where all is well.
  public var troubles: [String]
  /// Wall clock, RFC 3339.
  public var publishedAt: String

  public init(
    run: Int64, counter: Int64, intervalSeconds: Double, sequence: Int64, activeAlarms: Int,
    troubles: [String], publishedAt: String
  ) {
    self.run = run
    self.counter = counter
    self.intervalSeconds = intervalSeconds
    self.sequence = sequence
    self.activeAlarms = activeAlarms
    self.troubles = troubles
    self.publishedAt = publishedAt
  }

  /// One line of JSON with sorted keys.
  public func encoded() -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map(Array.init) ?? []
  }

  public static func decode(_ bytes: [UInt8]) throws -> Heartbeat {
    try JSONDecoder().decode(Heartbeat.self, from: Data(bytes))
  }
}
