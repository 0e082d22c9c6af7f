import ArgumentParser
import ECGAlarm
import ECGJournal
import ECGWire
import Foundation

/// `ecgctl report`: the alarm-fatigue report of a ward.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Tell how many alarms the ward had, where, and for how long.",
    discussion: """
      Counts the alarms that started in the time asked for (24 h unless --since says otherwise). \
      A bed counts for the bed-days between its first and its last event in that time, at least \
      one hour.
      """)

  @OptionGroup var options: JournalOptions

  @Option(help: "Write the report as a page to this file.")
  var html: String?

  @Option(help: "Beds in the table of those with the most alarms.")
  var top = 10

  func run() throws {
    var options = options
    options.since = options.since ?? "24h"
    let sinceMs = try options.sinceMs() ?? 0
    let nowMs = Int64(Date().timeIntervalSince1970 * 1000)
    let journal = try Alerts.open(options)
    var figures = ReportFigures(fromMs: sinceMs, toMs: nowMs)
    try JournalOptions.events(journal, sinceMs: sinceMs, stream: nil) { event, entry in
      figures.take(event, atMs: entry.recordedAtMs)
    }
    guard let html else { return print(ReportText(figures: figures, top: top).text) }
    do {
      try ReportPage(figures: figures, top: top).html.write(
        toFile: html, atomically: true, encoding: .utf8)
    } catch {
      throw Alerts.fail("\(html) cannot be written", EX_CANTCREAT)
    }
  }
}
