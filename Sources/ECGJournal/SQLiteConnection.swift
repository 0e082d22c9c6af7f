import CSQLite

/// One connection to a SQLite file, owned by one thread. The only place that holds its pointers.
@safe
final class SQLiteConnection {
  let path: String
  private let handle: OpaquePointer

  enum Access { case readWrite, readOnly }

  init(path: String, access: Access) throws(JournalError) {
    self.path = path
    var opened: OpaquePointer?
    let mode =
      access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    let code = unsafe sqlite3_open_v2(
      path, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard let opened = unsafe opened else {
      throw .other(path: path, code: code, detail: "out of memory")
    }
    unsafe handle = opened
    // From here on deinit closes the handle, also where this throws.
    try check(code)
    unsafe sqlite3_busy_timeout(handle, Self.busyTimeoutMs)
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// How long another process's lock is waited for: alarms go on meanwhile, the journal's thread
  /// does not.
  private static let busyTimeoutMs: Int32 = 500

  /// Runs statements without parameters or results.
  func execute(_ sql: String) throws(JournalError) {
    try check(unsafe sqlite3_exec(handle, sql, nil, nil, nil))
  }

  func prepare(_ sql: String) throws(JournalError) -> SQLiteStatement {
    var statement: OpaquePointer?
    try check(
      unsafe sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    )
    return unsafe SQLiteStatement(statement!, of: self)
  }

  /// The first column of the first row, nil where there is no row.
  func integer(_ sql: String) throws(JournalError) -> Int64? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : nil
  }

  func text(_ sql: String) throws(JournalError) -> String? {
    let statement = try prepare(sql)
    return try statement.step() ? statement.text(0) : nil
  }

  /// Runs `body` so that all of it is kept, or nothing.
  func transaction(_ body: () throws(JournalError) -> Void) throws(JournalError) {
    try execute("BEGIN IMMEDIATE")
    do throws(JournalError) {
      try body()
      try execute("COMMIT")
    } catch {
      // SQLite has rolled back by itself after some errors, and then refuses a second time.
      try? execute("ROLLBACK")
      throw error
    }
  }

  var changeCount: Int { unsafe Int(sqlite3_changes(handle)) }

  func check(_ code: Int32) throws(JournalError) {
    if code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE { throw error(code) }
  }

  private func error(_ code: Int32) -> JournalError {
    let detail = unsafe String(cString: sqlite3_errmsg(handle))
    // The low byte is the class of an extended code.
    return switch code & 0xff {
    case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
      .unwritable(path: path, detail: detail)
    case SQLITE_FULL: .full(path: path)
    case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(path: path, detail: detail)
    case SQLITE_BUSY, SQLITE_LOCKED: .busy(path: path)
    case SQLITE_IOERR: .inputOutput(path: path, detail: detail)
    case SQLITE_CONSTRAINT: .repeated(path: path, detail: detail)
    default: .other(path: path, code: code, detail: detail)
    }
  }
}
