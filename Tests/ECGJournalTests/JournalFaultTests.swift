import ECGCore
import ECGJournal
import Foundation
import ProcessTesting
import Testing

@Suite("The journal under faults")
struct JournalFaultTests {
  let folder: TemporaryFolder
  var path: String { folder.file("alerts.sqlite") }

  init() throws { folder = try TemporaryFolder() }

  @Test("whatever append returned from is there after kill -9, and groups are whole")
  func killed() throws {
    let group: UInt64 = 7
    let rounds = Int(ProcessInfo.processInfo.environment["ECGD_KILLS"] ?? "") ?? 60
    var total: UInt64 = 0
    for round in 0..<rounds {
      let writer = try ChildProcess(Built.program("journal-writer"), [path, "\(group)"])
      let opened = try #require(writer.line())
      #expect(UInt64(opened) == total, "numbering goes on where it was")
      usleep(useconds_t.random(in: 0..<20_000))
      writer.send(SIGKILL)
      var acknowledged = total
      while let line = writer.line() { acknowledged = try #require(UInt64(line), "\(line)") }
      #expect(writer.wait() == -SIGKILL)

      let journal = try AlertJournal(path: path)
      #expect(journal.lastSequence >= acknowledged)
      #expect(journal.lastSequence % group == 0)
      let events = try journal.events(limit: .max)
      #expect(events.map(\.sequence) == Array(1..<(journal.lastSequence + 1)), "round \(round)")
      #expect(events.allSatisfy { $0.id == "event-\($0.sequence)" })
      total = journal.lastSequence
    }
    #expect(total > 0)
  }

  @Test("in 300 kills no published alert is lost, and none is published twice under one id")
  func killedWhilePublishing() throws {
    var published: [String] = []
    for round in 0..<300 {
      let writer = try ChildProcess(Built.program("journal-writer"), ["publish", path, "3"])
      var lines: [String] = []
      // Every other one before or while it opens the journal, the others while they publish.
      if round % 2 == 1 { lines.append(try #require(writer.line())) }
      usleep(useconds_t.random(in: 0..<8000))
      writer.send(SIGKILL)
      while let line = writer.line() { lines.append(line) }
      #expect(writer.wait() == -SIGKILL)
      published += lines.flatMap { $0.split(separator: " ") }.map(String.init)
        .filter { $0 != "owed" }
    }
    let journal = try AlertJournal(path: path)
    let kept = try journal.events(limit: .max)
    #expect(kept.map(\.sequence) == Array(1..<(journal.lastSequence + 1)))
    let ids = Set(kept.map(\.id))
    #expect(ids.count == kept.count)
    #expect(published.allSatisfy(ids.contains), "every published alert is kept")
    #expect(Set(published).count == published.count, "none was published twice")
    // What a kill between the mark and the socket leaves unsaid is asked for by its number: at most
    // one group a kill, and seldom.
    #expect(published.count > 100)
    #expect(kept.count - published.count <= 300 * 3)
  }

  @Test("a full disk is an error that loses nothing, and appending goes on once there is room")
  func fullDisk() throws {
    let writer = try ChildProcess(Built.program("journal-writer"), [path, "5", "200000"])
    var lines: [String] = []
    while let line = writer.line() { lines.append(line) }
    #expect(writer.wait() == 0)
    try #require(lines.count == 4, "\(lines)")
    #expect(lines[1].hasPrefix("full: \(path): the disk "))
    let atFull = try #require(UInt64(lines[2]))
    #expect(atFull > 0)
    #expect(UInt64(lines[3]) == atFull + 5)
    let journal = try AlertJournal(path: path)
    #expect(try journal.events(limit: .max).map(\.sequence) == Array(1...(atFull + 5)))
  }

  @Test("a file that is no journal is refused as it is, and can be set aside")
  func corrupt() throws {
    let garbage = Data((0..<8192).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try garbage.write(to: URL(filePath: path))
    let error = #expect(throws: JournalError.self) { _ = try AlertJournal(path: path) }
    guard case .corrupt = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == garbage)
    let aside = try AlertJournal.setAside(path: path, suffix: "1")
    #expect(try Data(contentsOf: URL(filePath: aside)) == garbage)
    let journal = try AlertJournal(path: path)
    #expect(journal.lastSequence == 0)
  }

  @Test("a journal with a damaged page is refused")
  func damagedPage() throws {
    do {
      var journal = try AlertJournal(path: path)
      let stream = StreamID("bed")!
      try journal.append(
        (1...200).map {
          JournalEntry(
            sequence: $0, stream: stream, streamSequence: $0, id: "\($0)",
            json: Array(repeating: 0x20, count: 300), recordedAtMs: 0)
        })
    }
    let file = try FileHandle(forUpdating: URL(filePath: path))
    let end = try file.seekToEnd()
    try #require(end > 5 * 4096)
    for page in 2..<(end / 4096) {
      try file.seek(toOffset: page * 4096)
      try file.write(contentsOf: Data(repeating: 0xa5, count: 4096))
    }
    try file.close()
    let error = #expect(throws: JournalError.self) { _ = try AlertJournal(path: path) }
    guard case .corrupt = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("another program's database, and a later version's, are refused")
  func foreign() throws {
    let sqlite = { (statements: String) in
      let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
      let result = try ChildProcess.run(
        "/usr/bin/env", ["python3", "-c", script, path, statements], mergingErrors: true)
      #expect(result.status == 0, "\(result.output)")
    }
    try sqlite("CREATE TABLE t (x);")
    #expect(throws: JournalError.corrupt(path: path, detail: "it is the file of another program")) {
      _ = try AlertJournal(path: path)
    }
    try FileManager.default.removeItem(atPath: path)
    do { _ = try AlertJournal(path: path) }
    try sqlite("PRAGMA user_version = 3;")
    #expect(throws: JournalError.newerVersion(path: path, found: 3, supported: 2)) {
      _ = try AlertJournal(path: path)
    }
  }

  @Test("a place that cannot be written is refused")
  func unwritable() throws {
    for place in ["/proc/none/alerts.sqlite", "/dev/null/alerts.sqlite", folder.path] {
      let error = #expect(throws: JournalError.self) { _ = try AlertJournal(path: place) }
      guard case .unwritable = error else {
        Issue.record("\(place): \(String(describing: error))")
        continue
      }
    }
  }
}
