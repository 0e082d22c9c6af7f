import CSQLite

/// A prepared statement. Parameters count from 1, columns from 0, as in SQLite.
@safe
final class SQLiteStatement {
  private let handle: OpaquePointer
  private let connection: SQLiteConnection

  /// Takes over `handle`, and keeps its connection open.
  @unsafe
  init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
    unsafe self.handle = handle
    self.connection = connection
  }

  deinit { unsafe sqlite3_finalize(handle) }

  func bind(_ index: Int32, _ value: Int64) throws(JournalError) {
    try connection.check(unsafe sqlite3_bind_int64(handle, index, value))
  }

  func bind(_ index: Int32, _ value: String) throws(JournalError) {
    try bind(index, utf8: Array(value.utf8))
  }

  /// `bytes` are text in UTF-8; SQLite takes a copy.
  func bind(_ index: Int32, utf8 bytes: [UInt8]) throws(JournalError) {
    let code = unsafe bytes.withUnsafeBytes { buffer in
      // An empty array has no address, which SQLite would take for NULL.
      let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      return unsafe start == nil
        ? sqlite3_bind_text(handle, index, "", 0, transient)
        : sqlite3_bind_text(handle, index, start, Int32(buffer.count), transient)
    }
    try connection.check(code)
  }

  /// `bytes` of any kind; SQLite takes a copy.
  func bind(_ index: Int32, blob bytes: [UInt8]) throws(JournalError) {
    let code = unsafe bytes.withUnsafeBytes { buffer in
      unsafe sqlite3_bind_blob(handle, index, buffer.baseAddress, Int32(buffer.count), transient)
    }
    try connection.check(code)
  }

  /// True where a row is there to be read; false at the end, after which the statement is ready
  /// for its next use.
  func step() throws(JournalError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    unsafe sqlite3_reset(handle)
    try connection.check(code)
    return false
  }

  /// Runs a statement without rows.
  func run() throws(JournalError) {
    while try step() {}
  }

  /// Ready for its next use, whatever happened.
  func reset() { unsafe sqlite3_reset(handle) }

  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  func text(_ column: Int32) -> String { String(decoding: utf8(column), as: UTF8.self) }

  func blob(_ column: Int32) -> [UInt8] {
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    guard count > 0, let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
    return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  func utf8(_ column: Int32) -> [UInt8] {
    guard let start = unsafe sqlite3_column_text(handle, column) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }
}

/// SQLITE_TRANSIENT, a cast that Swift does not import: SQLite copies what is bound.
private var transient: sqlite3_destructor_type {
  unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
