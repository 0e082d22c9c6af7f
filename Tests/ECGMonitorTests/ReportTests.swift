import ECGAlarm
import ECGCore
import ECGJournal
import ECGWire
import Foundation
import ProcessTesting
import Testing

/// `ecgctl report` as a process, over a journal of this test's making.
@Suite struct ReportTests {
  let folder: TemporaryFolder
  let nowMs = Int64(Date().timeIntervalSince1970 * 1000)

  init() throws {
    folder = try TemporaryFolder()
    var journal = try AlertJournal(path: folder.file("alerts.sqlite"))
    var entries: [JournalEntry] = []
    func tell(
      _ alarm: String, _ bed: String, _ condition: ConditionName, _ phase: AlertPhase,
      minutesAgo: Int64, acknowledged: Bool = false
    ) {
      let number = UInt64(entries.count + 1)
      var event = AlertEvent(
        id: phase == .start ? alarm : "\(alarm)-\(number)", alarm: alarm,
        sequence: Int64(number), streamSequence: Int64(number), phase: phase,
        condition: condition, priority: condition.priority, reason: "so", mode: .test)
      event.stream = bed
      if acknowledged { event.acknowledged = .init(by: "b", until: .init(sample: 1)) }
      entries.append(
        JournalEntry(
          sequence: number, stream: StreamID(bed)!, streamSequence: number, id: event.id,
          json: event.encoded(), recordedAtMs: nowMs - minutesAgo * 60_000))
    }
    // Two days old and still on: no alarm more, but the longest unacknowledged.
    tell("old", "bed-9", .leadOff, .start, minutesAgo: 2880)
    tell("a", "bed-1", .asystole, .start, minutesAgo: 1380)
    tell("b", "bed-1", .leadOff, .start, minutesAgo: 1375)
    tell("a", "bed-1", .asystole, .continue, minutesAgo: 1370, acknowledged: true)
    tell("a", "bed-1", .asystole, .end, minutesAgo: 1360)
    tell("b", "bed-1", .leadOff, .end, minutesAgo: 1350)
    tell("c", "bed-2", .gap, .start, minutesAgo: 90)
    tell("old", "bed-9", .leadOff, .continue, minutesAgo: 1)
    tell("c", "bed-2", .gap, .end, minutesAgo: 30)
    try journal.append(entries)
  }

  private func report(_ arguments: [String]) throws -> String {
    let done = try ChildProcess.run(
      Built.program("ecgctl"),
      ["report", "--journal", folder.file("alerts.sqlite")] + arguments, mergingErrors: true)
    #expect(done.status == 0, "\(done.output)")
    return done.output
  }

  @Test func theTextTellsTheBurdenTheBedsAndWhatNobodyTookNoticeOf() throws {
    let text = try report(["--since", "24h"])
    let lines = text.split(separator: "\n").map {
      $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
    // One hour each for bed-1 and bed-2, and a whole day for the bed whose alarm is from before.
    #expect(lines.contains { $0.hasPrefix("alarms per bed-day 2.8 (3 alarms in 1.1 bed-days)") })
    #expect(lines.contains("by priority 1 high, 1 medium, 1 low"))
    #expect(lines.contains("of the heart 1"))
    #expect(lines.contains("acknowledged 1 of 3"))
    // Two alarms that overlap are on for half an hour together.
    #expect(lines.contains("bed-1 2 1 1 0:30:00 -"), "\(text)")
    let longest = try #require(lines.firstIndex { $0.hasPrefix("longest unacknowledged") })
    #expect(lines[longest + 1].hasPrefix("1d 0:00:00 bed-9 lead off medium before"), "\(text)")
    #expect(lines[longest + 2].hasPrefix("1:00:00 bed-2 gap low"))
    #expect(lines[longest + 3].hasPrefix("0:25:00 bed-1 lead off medium"))
    #expect(lines[longest + 4].hasPrefix("0:10:00 bed-1 asystole high"))
  }

  @Test func thePageTellsTheSameAndFetchesNothing() throws {
    let file = folder.file("report.html")
    _ = try report(["--since", "24h", "--html", file])
    let page = try String(contentsOfFile: file, encoding: .utf8)
    #expect(page.contains("<b>2.8</b>") && page.contains("bed-9") && page.contains("before"))
    for word in ["http:", "https:", "src=", "href=", "@import", "<script"] {
      #expect(!page.contains(word))
    }
  }

  @Test(arguments: ["alerts", "report"])
  func whatIsNoJournalIsNamedWithWhatWasExpected(_ command: String) throws {
    try Data("no journal at all, but long enough to look at".utf8)
      .write(to: URL(filePath: folder.file("words")))
    for (file, status, reason) in [
      ("nowhere", EX_NOINPUT, "no such file; expected a daemon's journal"),
      (".", EX_NOINPUT, "a folder; expected the file of a journal"),
      ("words", EX_DATAERR, "is no sound journal"),
    ] {
      let done = try ChildProcess.run(
        Built.program("ecgctl"), [command, "--journal", folder.file(file)], mergingErrors: true)
      #expect(done.status == status, "\(done.output)")
      #expect(done.output.contains(reason), "\(done.output)")
    }
  }
}
