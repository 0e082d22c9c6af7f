import ECGAlarm
import ECGCore
import ECGJournal
import ECGWire
import Foundation
import Logging
import ProcessTesting
import Testing

@testable import ECGMonitor

@Suite("Alerts on their way to the journal")
struct AlertWriterTests {
  let folder: TemporaryFolder
  let log = RateLimitedLog(
    Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, ratePerMinute: 9)
  var path: String { folder.file("alerts.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  func writer() -> AlertWriter {
    let facts = DaemonFacts(
      version: "test", model: "test", modelHash: "", shards: 1, waveforms: WaveformCounters(),
      queues: DaemonQueues(shards: [], waveforms: []))
    return AlertWriter(path: path, keeping: Configuration.Journal(), facts: facts, log: log)
  }

  func kept() throws -> [AlertEvent] {
    try AlertJournal(reading: path).events(limit: .max).map { try AlertEvent.decode($0.json) }
  }

  @Test(
    "a journal that cannot be opened at the start is added to once it can, and what was on in it is ended"
  )
  func unreadableAtStart() throws {
    let before = writer().begin(.overload, log)
    // Something else lies in its place.
    let away = folder.file("away.sqlite")
    try FileManager.default.moveItem(atPath: path, toPath: away)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var writer = writer()
    let wasKeeping = writer.isKeeping
    #expect(!wasKeeping)
    let told = writer.write([.start(.streamLimit)], log: log)[0].event
    #expect(told.sequence > before.sequence, "no number is used twice")
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: away, toPath: path)
    writer.open(log: log)
    let isKeeping = writer.isKeeping
    #expect(isKeeping)
    let abandoned = writer.takeFoundOpen()
    #expect(abandoned.map(\.alarm) == [before.alarm])
    let more = writer.takeFoundOpen()
    #expect(more.isEmpty)
    let ends = writer.end(abandoned: abandoned, log: log)
    #expect(ends.map(\.event.phase) == [.end])
    #expect(try kept().map(\.id) == [before.id, told.id, ends[0].event.id])
  }

  @Test("an alarm that starts and ends at once while nothing is kept is one alarm")
  func unkeptAtOnce() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var writer = writer()
    let told = writer.write(
      [.start(.overload), .end(.overload), .start(.overload)], log: log)
    #expect(told[1].event.alarm == told[0].event.id)
    #expect(told[2].event.alarm == told[2].event.id)
    let later = writer.write([.end(.overload)], log: log)
    #expect(later[0].event.alarm == told[2].event.id)
  }

  @Test("an end that is told while nothing is kept has an id of its own")
  func unkeptEnds() throws {
    let before = writer().begin(.overload, log)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var writer = writer()
    let end = writer.end(abandoned: [before], log: log)[0].event
    #expect(end.alarm == before.alarm)
    #expect(end.id.contains("-"), "a later process could give out \(end.id) again")
  }
}

extension AlertWriter {
  /// Tells of one start, and ends as a process does that is killed.
  fileprivate consuming func begin(_ condition: ConditionName, _ log: RateLimitedLog) -> AlertEvent
  {
    var writer = self
    return writer.write([.start(condition)], log: log)[0].event
  }
}

extension AlertWriter.Item {
  fileprivate static func start(_ condition: ConditionName) -> Self {
    .daemon(
      DaemonDraft(
        condition: condition, event: .init(phase: .start, presence: .on, cause: .began),
        reason: "test"))
  }

  fileprivate static func end(_ condition: ConditionName) -> Self {
    .daemon(
      DaemonDraft(
        condition: condition, event: .init(phase: .end, presence: .off, cause: .cleared),
        reason: "test"))
  }
}
