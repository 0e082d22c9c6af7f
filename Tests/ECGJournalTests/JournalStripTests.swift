import ECGCore
import ECGJournal
import Foundation
import ProcessTesting
import Testing

@Suite("Strips and retention in the journal")
struct JournalStripTests {
  let folder: TemporaryFolder
  var path: String { folder.file("alerts.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  private func fill(_ journal: inout AlertJournal, _ numbers: ClosedRange<UInt64>) throws {
    let bed = StreamID("bed-1")!
    try journal.append(
      numbers.map {
        JournalEntry(
          sequence: $0, stream: bed, streamSequence: $0, id: "id-\($0)",
          json: [UInt8](repeating: 0x20, count: 500), recordedAtMs: Int64($0))
      })
    try journal.markPublished(through: numbers.upperBound, atMs: 1)
    let samples = (0..<20_000).map { UInt8(truncatingIfNeeded: $0) }
    try journal.keep(
      numbers.map { JournalStrip(alarm: "id-\($0)", samples: samples, recordedAtMs: Int64($0)) })
  }

  @Test("a strip is read back as it was, and the first of an alarm stays")
  func roundTrip() throws {
    do {
      let journal = try AlertJournal(path: path)
      try journal.keep([JournalStrip(alarm: "a", samples: [0, 1, 255], recordedAtMs: 1)])
      try journal.keep([JournalStrip(alarm: "a", samples: [9], recordedAtMs: 2)])
    }
    let journal = try AlertJournal(reading: path)
    #expect(try journal.strip(alarm: "a") == [0, 1, 255])
    #expect(try journal.strip(alarm: "b") == nil)
  }

  @Test("old strips are removed by age, and their events stay")
  func age() throws {
    var journal = try AlertJournal(path: path)
    try fill(&journal, 1...6)
    #expect(try journal.removeStrips(recordedBeforeMs: 4) == 3)
    #expect(try journal.strip(alarm: "id-3") == nil)
    #expect(try journal.strip(alarm: "id-4") != nil)
    #expect(try journal.events(limit: 10).count == 6)
  }

  @Test("over its size a journal loses the oldest strips first, then the oldest events")
  func size() throws {
    var journal = try AlertJournal(path: path)
    try fill(&journal, 1...200)
    let full = try journal.usedBytes()
    #expect(full > 4_000_000)
    #expect(try journal.shrink(toBytes: full) == (0, 0))
    let removed = try journal.shrink(toBytes: 3_000_000, batch: 10)
    #expect(removed.strips > 50)
    #expect(removed.events == 0)
    #expect(try journal.usedBytes() <= 3_000_000)
    #expect(try journal.strip(alarm: "id-1") == nil)
    #expect(try journal.strip(alarm: "id-200") != nil)
    let more = try journal.shrink(toBytes: 60_000, steps: 100, batch: 10)
    #expect(more.events > 50)
    #expect(try journal.events(limit: 1000).last?.sequence == 200)
    // Freed pages are used again: the file grows no further.
    let file = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
    try fill(&journal, 201...250)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64 == file)
    #expect(journal.lastSequence == 250)
  }

  @Test("a journal of the first version is taken over, with its events")
  func migration() throws {
    do {
      var journal = try AlertJournal(path: path)
      try fill(&journal, 1...2)
    }
    let script = """
      import sqlite3, sys
      sqlite3.connect(sys.argv[1]).executescript('DROP TABLE strip; PRAGMA user_version = 1;')
      """
    let result = try ChildProcess.run(
      "/usr/bin/env", ["python3", "-c", script, path], mergingErrors: true)
    #expect(result.status == 0, "\(result.output)")
    #expect(try AlertJournal(reading: path).strip(alarm: "id-1") == nil)
    let journal = try AlertJournal(path: path)
    #expect(try journal.events(limit: 10).count == 2)
    try journal.keep([JournalStrip(alarm: "id-1", samples: [1], recordedAtMs: 1)])
    #expect(try journal.strip(alarm: "id-1") == [1])
  }

  @Test("a journal in a damaged one's place gives out no number of before, after opening again too")
  func floor() throws {
    do {
      let journal = try AlertJournal(path: path, numberingFrom: 1_700_000_000)
      #expect(journal.lastSequence == 1_700_000_000)
      #expect(journal.floor == 1_700_000_000)
    }
    var journal = try AlertJournal(path: path)
    #expect(journal.floor == 1_700_000_000)
    try fill(&journal, 1_700_000_001...1_700_000_003)
    #expect(try AlertJournal(path: path, numberingFrom: 5).lastSequence == 1_700_000_003)
  }
}
