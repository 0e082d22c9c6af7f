import ArgumentParser
import ECGAlarm
import ECGCore
import ECGJournal
import ECGMonitor
import ECGWire
import Foundation

/// Where the journal is, and since when it is read.
struct JournalOptions: ParsableArguments {
  @Option(help: "The journal's file; else the one that --config names.")
  var journal: String?

  @Option(help: "The daemon's configuration.")
  var config = "/etc/ecgd/ecgd.yaml"

  @Option(help: "How far back: 90s, 30m, 24h or 7d, or a moment as 2026-01-31T23:59:59Z.")
  var since: String?

  /// The file: as asked for, as configured, or where systemd keeps it.
  var path: String {
    if let journal { return journal }
    if let configured = try? Configuration(contentsOf: config).journalPath(),
      FileManager.default.fileExists(atPath: configured)
    {
      return configured
    }
    return "/var/lib/ecgd/alerts.sqlite"
  }

  /// Milliseconds since 1970; nil where nothing was asked for.
  func sinceMs(now: Date = Date()) throws -> Int64? {
    guard let since else { return nil }
    if let moment = Self.moment(since) { return Int64(moment.timeIntervalSince1970 * 1000) }
    guard let seconds = Self.seconds(since) else {
      throw ValidationError(
        "--since \(since): expected as 90s, 30m, 24h, 7d or 2026-01-31T23:59:59Z.")
    }
    return Int64((now.timeIntervalSince1970 - seconds) * 1000)
  }

  /// "24h" in seconds.
  static func seconds(_ text: String) -> Double? {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let last = text.last, let unit = units[last], let number = Double(text.dropLast()),
      number >= 0, number.isFinite
    else { return nil }
    return number * unit
  }

  static func moment(_ text: String) -> Date? {
    let format = ISO8601DateFormatter()
    if let date = format.date(from: text) { return date }
    format.formatOptions.insert(.withFractionalSeconds)
    return format.date(from: text)
  }

  /// Every event of the journal since `sinceMs`, page by page, in order.
  static func events(
    _ journal: borrowing AlertJournal, sinceMs: Int64?, stream: StreamID?,
    _ body: (AlertEvent, JournalEntry) throws -> Void
  ) throws {
    var last: UInt64 = 0
    if let sinceMs {
      guard let first = try journal.events(recordedSinceMs: sinceMs, stream: stream, limit: 1).first
      else { return }
      last = first.sequence - 1
    }
    while true {
      let page = try journal.events(since: last, stream: stream, limit: 1000)
      guard let end = page.last else { return }
      for entry in page {
        guard sinceMs.map({ entry.recordedAtMs >= $0 }) ?? true,
          let event = try? AlertEvent.decode(entry.json)
        else { continue }
        try body(event, entry)
      }
      last = end.sequence
    }
  }
}
