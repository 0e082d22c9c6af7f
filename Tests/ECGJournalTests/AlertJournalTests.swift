import ECGCore
import ECGJournal
import Foundation
import ProcessTesting
import Testing

private let bed1 = StreamID("bed-1")!
private let bed2 = StreamID("bed-2")!

private func entry(
  _ sequence: UInt64, _ stream: StreamID, _ streamSequence: UInt64, id: String? = nil,
  json: String = #"{"reason":"größer 🫀"}"#, atMs: Int64 = 0
) -> JournalEntry {
  JournalEntry(
    sequence: sequence, stream: stream, streamSequence: streamSequence,
    id: id ?? "id-\(sequence)", json: Array(json.utf8), recordedAtMs: atMs)
}

@Suite("AlertJournal")
struct AlertJournalTests {
  let folder: TemporaryFolder
  var path: String { folder.file("a/b/alerts.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  @Test("what was appended is read back as it was, after opening again too")
  func roundTrip() throws {
    let entries = [entry(1, bed1, 1), entry(2, bed2, 1, json: ""), entry(5, bed1, 2, atMs: -3)]
    do {
      var journal = try AlertJournal(path: path)
      #expect(journal.lastSequence == 0)
      #expect(journal.lastStreamSequences.isEmpty)
      try journal.append(entries)
      try journal.append([])
      #expect(try journal.events(limit: 10) == entries)
    }
    let journal = try AlertJournal(path: path)
    #expect(journal.lastSequence == 5)
    #expect(journal.lastStreamSequences == [bed1: 2, bed2: 1])
    #expect(try journal.events(limit: 10) == entries)
  }

  @Test("events are found since a number, by stream, by time, by id, and up to a limit")
  func queries() throws {
    var journal = try AlertJournal(path: path)
    let entries = (1...10).map { (n: UInt64) -> JournalEntry in
      entry(n, n % 2 == 0 ? bed2 : bed1, (n + 1) / 2, atMs: Int64(n) * 100)
    }
    try journal.append(entries)
    #expect(try journal.events(since: 7, limit: 10).map(\.sequence) == [8, 9, 10])
    #expect(try journal.events(since: 2, stream: bed2, limit: 2).map(\.sequence) == [4, 6])
    #expect(try journal.events(recordedSinceMs: 900, limit: 9).map(\.sequence) == [9, 10])
    #expect(try journal.events(since: .max, limit: 9).isEmpty)
    #expect(try journal.event(id: "id-3") == entries[2])
    #expect(try journal.event(id: "id-99") == nil)
  }

  @Test("what a failing disk kept after all gives way to what was told in its place")
  func replacing() throws {
    var journal = try AlertJournal(path: path)
    try journal.append([entry(1, bed1, 1), entry(2, bed1, 2), entry(3, bed2, 1)])
    let told = [
      entry(2, bed1, 2, id: "told-2"), entry(3, bed2, 1, id: "told-3"), entry(4, bed1, 3),
    ]
    do {
      try journal.append(told)
      Issue.record("numbers are used twice")
    } catch {
      guard case .repeated = error else { throw error }
    }
    try journal.append(told, replacing: true)
    #expect(try journal.events(limit: 10) == [entry(1, bed1, 1)] + told)
    #expect(journal.lastSequence == 4)
    try journal.append([entry(5, bed1, 4)])
  }

  @Test("what was not marked as published is known after opening again")
  func unpublished() throws {
    do {
      var journal = try AlertJournal(path: path)
      try journal.append((1...5).map { entry($0, bed1, $0) })
      try journal.markPublished(through: 3, atMs: 1)
    }
    let journal = try AlertJournal(path: path)
    #expect(try journal.unpublished(limit: 10).map(\.sequence) == [4, 5])
  }

  @Test("a group with a number or an id that was there already is kept not at all")
  func repeated() throws {
    var journal = try AlertJournal(path: path)
    try journal.append([entry(1, bed1, 1)])
    for group in [
      [entry(2, bed1, 2), entry(2, bed1, 3, id: "x")], [entry(1, bed1, 2, id: "x")],
      [entry(2, bed1, 1, id: "x")], [entry(2, bed2, 1), entry(3, bed1, 2, id: "id-1")],
    ] {
      let error = #expect(throws: JournalError.self) { try journal.append(group) }
      guard case .repeated = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(try journal.events(limit: 10).map(\.sequence) == [1])
      #expect(journal.lastSequence == 1)
    }
    try journal.append([entry(2, bed1, 2)])
    #expect(try journal.events(limit: 10).map(\.sequence) == [1, 2])
  }

  @Test("old published events are removed, and the numbers go on")
  func retention() throws {
    do {
      var journal = try AlertJournal(path: path)
      try journal.append((1...6).map { entry($0, bed1, $0, atMs: Int64($0)) })
      try journal.markPublished(through: 5, atMs: 9)
      #expect(try journal.removeEvents(recordedBeforeMs: 100, limit: 2) == 2)
      #expect(try journal.events(limit: 10).map(\.sequence) == [3, 4, 5, 6])
      #expect(try journal.removeEvents(recordedBeforeMs: 4) == 1)
      #expect(try journal.removeEvents(recordedBeforeMs: 100) == 2)
      // The unpublished one stays: it is still to be sent.
      #expect(try journal.events(limit: 10).map(\.sequence) == [6])
      try journal.markPublished(through: 6, atMs: 9)
      #expect(try journal.removeEvents(recordedBeforeMs: 100) == 1)
    }
    var journal = try AlertJournal(path: path)
    #expect(journal.lastSequence == 6)
    #expect(journal.lastStreamSequences == [bed1: 6])
    try journal.append([entry(7, bed1, 7)])
    #expect(try journal.events(limit: 10).map(\.sequence) == [7])
  }

  @Test("another reader sees what was appended, and cannot write")
  func reading() throws {
    var journal = try AlertJournal(path: path)
    try journal.append([entry(1, bed1, 1)])
    var reader = try AlertJournal(reading: path)
    #expect(try reader.events(limit: 5).map(\.sequence) == [1])
    try journal.append([entry(2, bed1, 2)])
    #expect(try reader.events(limit: 5).map(\.sequence) == [1, 2])
    #expect(throws: JournalError.self) { try reader.append([entry(3, bed1, 3)]) }
    #expect(throws: JournalError.self) { _ = try AlertJournal(reading: folder.file("none")) }
  }

  @Test("a lock held by another is an error, after which the journal goes on")
  func busy() throws {
    var journal = try AlertJournal(path: path)
    try journal.append([entry(1, bed1, 1)])
    let script = """
      import signal, sqlite3, sys
      c = sqlite3.connect(sys.argv[1], isolation_level=None)
      c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); signal.pause()
      """
    let other = try ChildProcess("/usr/bin/env", ["python3", "-c", script, path])
    try #require(other.line() == "locked")
    #expect(throws: JournalError.busy(path: path)) { try journal.append([entry(2, bed1, 2)]) }
    other.send(SIGKILL)
    _ = other.wait()
    try journal.append([entry(2, bed1, 2)])
    #expect(journal.lastSequence == 2)
  }
}
