/// The ECG around one alarm's onset, in bytes that only writer and reader understand.
public struct JournalStrip: Equatable, Sendable {
  /// The id of the alarm: that of its start event.
  public let alarm: String
  public let samples: [UInt8]
  public let recordedAtMs: Int64

  public init(alarm: String, samples: [UInt8], recordedAtMs: Int64) {
    self.alarm = alarm
    self.samples = samples
    self.recordedAtMs = recordedAtMs
  }
}

extension AlertJournal {
  /// Keeps strips, all of them or none. The first strip of an alarm stays.
  public func keep(_ strips: [JournalStrip]) throws(JournalError) {
    guard !strips.isEmpty else { return }
    let insert = try connection.prepare(
      "INSERT OR IGNORE INTO strip (alarm, recorded_ms, samples) VALUES (?1, ?2, ?3)")
    try connection.transaction { () throws(JournalError) in
      defer { insert.reset() }
      for strip in strips {
        try insert.bind(1, strip.alarm)
        try insert.bind(2, strip.recordedAtMs)
        try insert.bind(3, blob: strip.samples)
        try insert.run()
      }
    }
  }

  /// The strip of an alarm; nil where none was kept.
  public func strip(alarm: String) throws(JournalError) -> [UInt8]? {
    // A file that an earlier version wrote has no strips.
    guard try connection.integer("PRAGMA user_version") ?? 0 >= 2 else { return nil }
    let rows = try connection.prepare("SELECT samples FROM strip WHERE alarm = ?1")
    try rows.bind(1, alarm)
    guard try rows.step() else { return nil }
    return rows.blob(0)
  }

  /// Removes strips recorded before `cutoffMs`, at most `limit` of them.
  @discardableResult
  public func removeStrips(recordedBeforeMs cutoffMs: Int64, limit: Int = 100)
    throws(JournalError) -> Int
  {
    let delete = try connection.prepare(
      """
      DELETE FROM strip WHERE alarm IN (
        SELECT alarm FROM strip WHERE recorded_ms < ?1 LIMIT ?2)
      """)
    try delete.bind(1, cutoffMs)
    try delete.bind(2, Int64(limit))
    try delete.run()
    return connection.changeCount
  }

  /// The bytes that the journal's content takes in its file: freed pages are used again and do
  /// not count.
  public func usedBytes() throws(JournalError) -> Int64 {
    let pages = try connection.integer("PRAGMA page_count") ?? 0
    let free = try connection.integer("PRAGMA freelist_count") ?? 0
    return (pages - free) * (try connection.integer("PRAGMA page_size") ?? 0)
  }

  /// Removes the oldest strips, then the oldest published events, until the content takes no more
  /// than nine tenths of `bytes`; does nothing up to `bytes`. At most `steps` times `batch` of
  /// them, so that one call never holds the journal for long.
  ///
  /// - Returns: how many strips and events were removed.
  public func shrink(toBytes bytes: Int64, steps: Int = 20, batch: Int = 100)
    throws(JournalError) -> (strips: Int, events: Int)
  {
    var removed = (strips: 0, events: 0)
    guard try usedBytes() > bytes else { return removed }
    let strips = try connection.prepare(
      """
      DELETE FROM strip WHERE alarm IN (SELECT alarm FROM strip ORDER BY recorded_ms LIMIT ?1)
      """)
    let events = try connection.prepare(
      """
      DELETE FROM event WHERE sequence IN (
        SELECT sequence FROM event WHERE published_ms IS NOT NULL ORDER BY sequence LIMIT ?1)
      """)
    for _ in 0..<steps {
      guard try usedBytes() > bytes / 10 * 9 else { return removed }
      try strips.bind(1, Int64(batch))
      try strips.run()
      if connection.changeCount > 0 {
        removed.strips += connection.changeCount
        continue
      }
      try events.bind(1, Int64(batch))
      try events.run()
      guard connection.changeCount > 0 else { return removed }
      removed.events += connection.changeCount
    }
    return removed
  }
}
