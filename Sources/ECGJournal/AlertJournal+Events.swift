public import ECGCore

extension AlertJournal {
  /// Up to `limit` entries with a sequence number over `since`, in order.
  public func events(
    since: UInt64 = 0, stream: StreamID? = nil, limit: Int
  ) throws(JournalError) -> [JournalEntry] {
    let rows = try select(
      "sequence > ?1 AND (?2 = '' OR stream = ?2)", "LIMIT ?3")
    try rows.bind(1, Int64(clamping: since))
    try rows.bind(2, stream?.name ?? "")
    try rows.bind(3, Int64(limit))
    return try entries(rows)
  }

  /// Up to `limit` entries recorded at or after `sinceMs` (milliseconds since 1970), in order.
  public func events(
    recordedSinceMs sinceMs: Int64, stream: StreamID? = nil, limit: Int
  ) throws(JournalError) -> [JournalEntry] {
    let rows = try select("recorded_ms >= ?1 AND (?2 = '' OR stream = ?2)", "LIMIT ?3")
    try rows.bind(1, sinceMs)
    try rows.bind(2, stream?.name ?? "")
    try rows.bind(3, Int64(limit))
    return try entries(rows)
  }

  /// The entry with that id.
  public func event(id: String) throws(JournalError) -> JournalEntry? {
    let rows = try select("id = ?1")
    try rows.bind(1, id)
    return try entries(rows).first
  }

  /// The last `limit` entries of a stream, in order, without those that only say that an alarm goes
  /// on. No more than the last `historyDepth` entries are looked at.
  public func history(of stream: StreamID, limit: Int) throws(JournalError) -> [JournalEntry] {
    let rows = try connection.prepare(
      """
      SELECT sequence, stream, stream_sequence, id, json, recorded_ms FROM (
        SELECT * FROM event WHERE stream = ?1 ORDER BY stream_sequence DESC LIMIT ?2)
      WHERE instr(json, '"cause":"keepAlive"') = 0 ORDER BY sequence DESC LIMIT ?3
      """)
    try rows.bind(1, stream.name)
    try rows.bind(2, Self.historyDepth)
    try rows.bind(3, Int64(limit))
    return try entries(rows).reversed()
  }

  /// Two days of an alarm that goes on all the time.
  static let historyDepth: Int64 = 6000

  /// Up to `limit` entries that were appended and not marked as published, in order: what a
  /// daemon that was killed in between has still to send.
  public func unpublished(limit: Int) throws(JournalError) -> [JournalEntry] {
    let rows = try select("published_ms IS NULL", "LIMIT ?1")
    try rows.bind(1, Int64(limit))
    return try entries(rows)
  }

  /// Marks every entry up to and with `sequence` as published; before it is, so that nothing is
  /// published twice.
  ///
  /// The mark survives kill -9 as soon as this returns, and a power cut once the next entry was
  /// appended: the disk is not waited for.
  public func markPublished(through sequence: UInt64, atMs: Int64) throws(JournalError) {
    try connection.execute("PRAGMA synchronous = NORMAL")
    defer { try? connection.execute("PRAGMA synchronous = FULL") }
    let update = try connection.prepare(
      "UPDATE event SET published_ms = ?2 WHERE published_ms IS NULL AND sequence <= ?1")
    try update.bind(1, Int64(clamping: sequence))
    try update.bind(2, atMs)
    try update.run()
  }

  /// Removes published entries recorded before `cutoffMs`, at most `limit` of them, so that one
  /// call never holds the journal for long.
  ///
  /// - Returns: how many were removed. Sequence numbers go on as if they were there.
  public func removeEvents(recordedBeforeMs cutoffMs: Int64, limit: Int = 1000)
    throws(JournalError) -> Int
  {
    let delete = try connection.prepare(
      """
      DELETE FROM event WHERE sequence IN (
        SELECT sequence FROM event
        WHERE recorded_ms < ?1 AND published_ms IS NOT NULL LIMIT ?2)
      """)
    try delete.bind(1, cutoffMs)
    try delete.bind(2, Int64(limit))
    try delete.run()
    return connection.changeCount
  }

  private func select(
    _ condition: String, _ ending: String = ""
  ) throws(JournalError) -> SQLiteStatement {
    try connection.prepare(
      """
      SELECT sequence, stream, stream_sequence, id, json, recorded_ms FROM event
      WHERE \(condition) ORDER BY sequence \(ending)
      """)
  }

  private func entries(_ rows: SQLiteStatement) throws(JournalError) -> [JournalEntry] {
    var result: [JournalEntry] = []
    while try rows.step() {
      guard let stream = StreamID(rows.text(1)), rows.integer(0) > 0, rows.integer(2) > 0 else {
        throw .corrupt(path: path, detail: "the row with id '\(rows.text(3))' is no alert event")
      }
      result.append(
        JournalEntry(
          sequence: UInt64(rows.integer(0)), stream: stream,
          streamSequence: UInt64(rows.integer(2)), id: rows.text(3), json: rows.utf8(4),
          recordedAtMs: rows.integer(5)))
    }
    return result
  }
}
