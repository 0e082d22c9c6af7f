/// The tables of the journal's file, and how they are told from those of other programs.
enum JournalSchema {
  /// "ECGJ", in the file's header.
  static let applicationID: Int64 = 0x4543_474a
  static let version = 2

  /// The row of `position` that stands for all streams; no stream can have an empty name.
  static let globalPosition = ""
  /// The row of `position` under which streams begin that have none; no stream is called so.
  static let floorPosition = "*"

  private static let tables = """
    CREATE TABLE event (
      sequence INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      stream_sequence INTEGER NOT NULL,
      id TEXT NOT NULL UNIQUE,
      json TEXT NOT NULL,
      recorded_ms INTEGER NOT NULL,
      published_ms INTEGER,
      UNIQUE (stream, stream_sequence)
    ) STRICT;
    CREATE INDEX event_recorded ON event (recorded_ms);
    CREATE INDEX event_unpublished ON event (sequence) WHERE published_ms IS NULL;
    CREATE TABLE position (
      stream TEXT PRIMARY KEY,
      last_sequence INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    \(strips)
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(version);
    """

  /// Since version 2.
  private static let strips = """
    CREATE TABLE strip (
      alarm TEXT PRIMARY KEY,
      recorded_ms INTEGER NOT NULL,
      samples BLOB NOT NULL
    ) STRICT;
    CREATE INDEX strip_recorded ON strip (recorded_ms);
    """

  static func prepareForWriting(_ connection: SQLiteConnection) throws(JournalError) {
    // The mode is kept in the file; a file that is no database is found out here.
    guard try connection.text("PRAGMA journal_mode = WAL") == "wal" else {
      throw .unwritable(path: connection.path, detail: "no write-ahead log can be kept there")
    }
    try connection.execute("PRAGMA synchronous = FULL")
    let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
    if isEmpty {
      try connection.transaction { () throws(JournalError) in try connection.execute(tables) }
    }
    try check(connection)
    if try connection.integer("PRAGMA user_version") == 1 {
      try connection.transaction { () throws(JournalError) in
        try connection.execute(strips + "PRAGMA user_version = \(version);")
      }
    }
    let finding = try connection.text("PRAGMA quick_check(1)")
    guard finding == "ok" else {
      throw .corrupt(path: connection.path, detail: finding ?? "no answer")
    }
  }

  static func check(_ connection: SQLiteConnection) throws(JournalError) {
    guard try connection.integer("PRAGMA application_id") == applicationID else {
      throw .corrupt(path: connection.path, detail: "it is the file of another program")
    }
    let found = Int(try connection.integer("PRAGMA user_version") ?? 0)
    guard found <= version else {
      throw .newerVersion(path: connection.path, found: found, supported: version)
    }
  }
}
