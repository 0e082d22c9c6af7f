public import ECGCore

/// The durable log of alert events: what `append` returned from is on the disk, and survives
/// kill -9 and a power cut.
///
/// SQLite with a write-ahead log that is synchronised at every commit. Owned by one thread; other
/// processes may read beside it (`init(reading:)`).
public struct AlertJournal: ~Copyable {
  public let path: String

  /// The highest global sequence number ever appended, also of entries since removed; 0 at first.
  public private(set) var lastSequence: UInt64

  /// The highest sequence number of each stream, also of streams whose entries were all removed.
  public private(set) var lastStreamSequences: [StreamID: UInt64]

  /// Where the numbers of streams that it does not know begin; more than 0 in a journal that took
  /// the place of a damaged one.
  public private(set) var floor: UInt64

  let connection: SQLiteConnection
  private let insert: SQLiteStatement?
  private let advance: SQLiteStatement?

  /// Opens the journal for writing. The file and its folder are made where they are missing.
  ///
  /// - Throws: `.corrupt` where the file is damaged or something else; it is left as it is.
  /// - Parameter floor: a new journal gives out only numbers over it.
  public init(path: String, numberingFrom floor: UInt64 = 0) throws(JournalError) {
    try JournalFile.makeFolder(of: path)
    let connection = try SQLiteConnection(path: path, access: .readWrite)
    try JournalSchema.prepareForWriting(connection)
    let insert = try connection.prepare(
      """
      INSERT INTO event (sequence, stream, stream_sequence, id, json, recorded_ms)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      """)
    let advance = try connection.prepare(
      """
      INSERT INTO position (stream, last_sequence) VALUES (?1, ?2)
      ON CONFLICT (stream) DO UPDATE SET last_sequence = max(last_sequence, excluded.last_sequence)
      """)
    if floor > 0, try connection.integer("SELECT count(*) FROM position") == 0 {
      try connection.transaction { () throws(JournalError) in
        try Self.advance(JournalSchema.globalPosition, to: floor, by: advance)
        try Self.advance(JournalSchema.floorPosition, to: floor, by: advance)
      }
    }
    let last = try JournalPositions(connection)
    self.init(connection, last, insert: insert, advance: advance)
  }

  /// Opens the journal for reading, beside the daemon that writes it.
  public init(reading path: String) throws(JournalError) {
    let connection = try SQLiteConnection(path: path, access: .readOnly)
    try JournalSchema.check(connection)
    let last = try JournalPositions(connection)
    self.init(connection, last, insert: nil, advance: nil)
  }

  private init(
    _ connection: SQLiteConnection, _ last: JournalPositions, insert: SQLiteStatement?,
    advance: SQLiteStatement?
  ) {
    path = connection.path
    self.connection = connection
    self.insert = insert
    self.advance = advance
    lastSequence = last.overall
    lastStreamSequences = last.ofStreams
    floor = last.floor
  }

  /// Keeps `entries`, all of them or none, by one transaction: one synchronisation of the disk for
  /// the whole group. Every entry counts as unpublished.
  ///
  /// - Parameter isReplacing: entries from the first one's sequence number on are removed before. A
  ///   disk that failed while it kept them may have them after all.
  /// - Throws: `.repeated` where the sequence numbers do not rise from `lastSequence` and
  ///   `lastStreamSequences`; gaps are allowed.
  public mutating func append(
    _ entries: [JournalEntry], replacing isReplacing: Bool = false
  ) throws(JournalError) {
    guard let insert, let advance else {
      throw .unwritable(path: path, detail: "it was opened for reading")
    }
    guard !entries.isEmpty else { return }
    // A statement that failed in the middle would keep the transaction open.
    defer {
      insert.reset()
      advance.reset()
    }
    var sequence = isReplacing ? 0 : lastSequence
    var streamSequences: [StreamID: UInt64] = [:]
    for entry in entries {
      let kept = isReplacing ? nil : lastStreamSequences[entry.stream]
      let last = streamSequences[entry.stream] ?? kept ?? 0
      guard entry.sequence > sequence, entry.streamSequence > last else {
        throw .repeated(
          path: path,
          detail: "sequence \(entry.sequence), \(entry.streamSequence) of \(entry.stream), "
            + "after \(sequence), \(last)")
      }
      sequence = entry.sequence
      streamSequences[entry.stream] = entry.streamSequence
    }
    try connection.transaction { () throws(JournalError) in
      if isReplacing {
        try connection.execute("DELETE FROM event WHERE sequence >= \(entries[0].sequence)")
      }
      for entry in entries { try Self.insert(entry, by: insert) }
      for (stream, last) in streamSequences {
        try Self.advance(stream.name, to: last, by: advance)
      }
      try Self.advance(JournalSchema.globalPosition, to: sequence, by: advance)
    }
    lastSequence = max(lastSequence, sequence)
    lastStreamSequences.merge(streamSequences) { max($0, $1) }
  }

  private static func insert(
    _ entry: JournalEntry, by insert: SQLiteStatement
  ) throws(JournalError) {
    try insert.bind(1, Int64(entry.sequence))
    try insert.bind(2, entry.stream.name)
    try insert.bind(3, Int64(entry.streamSequence))
    try insert.bind(4, entry.id)
    try insert.bind(5, utf8: entry.json)
    try insert.bind(6, entry.recordedAtMs)
    try insert.run()
  }

  private static func advance(
    _ name: String, to last: UInt64, by advance: SQLiteStatement
  ) throws(JournalError) {
    try advance.bind(1, name)
    try advance.bind(2, Int64(last))
    try advance.run()
  }
}

/// The highest sequence numbers that a file has seen.
private struct JournalPositions {
  private(set) var overall: UInt64 = 0
  private(set) var ofStreams: [StreamID: UInt64] = [:]
  private(set) var floor: UInt64 = 0

  init(_ connection: SQLiteConnection) throws(JournalError) {
    let rows = try connection.prepare("SELECT stream, last_sequence FROM position")
    while try rows.step() {
      let name = rows.text(0)
      let last = UInt64(max(0, rows.integer(1)))
      if name == JournalSchema.globalPosition {
        overall = last
      } else if name == JournalSchema.floorPosition {
        floor = last
      } else if let stream = StreamID(name) {
        ofStreams[stream] = last
      } else {
        throw .corrupt(path: connection.path, detail: "'\(name)' is no stream's name")
      }
    }
  }
}
