import ECGCore

extension CSVTable {
  /// The first time column and its units a second.
  private var time: (column: Int, unitsPerSecond: Double)? {
    for (index, kind) in kinds.enumerated() {
      if case .time(let unitsPerSecond) = kind { return (index, unitsPerSecond) }
    }
    return nil
  }

  /// The rate that the time column's whole span tells; nil without one or with one row alone.
  ///
  /// Times are often rounded to milliseconds, so that one step says little; the span over all
  /// rows says it well, and a rate within a part in two thousand of a whole number is that number.
  func derivedRate() throws(CSVError) -> SampleRate? {
    guard let time, let first = rows.first, let last = rows.last, rows.count > 1 else { return nil }
    let span = (last.values[time.column] - first.values[time.column]) / time.unitsPerSecond
    guard span > 0 else {
      throw .irregularTime(
        path: path, line: last.line, expected: "after \(first.values[time.column])",
        found: "\(last.values[time.column])")
    }
    let hertz = Double(rows.count - 1) / span
    let whole = hertz.rounded()
    return SampleRate(hertz: (hertz - whole).magnitude < hertz / 2000 ? whole : hertz)
  }

  /// Throws where the time or sample column jumps: the rows are then no evenly sampled signal.
  ///
  /// A time may be off by less than one sample, for it is often rounded. It is held against the
  /// row's place on the line from the first to the last time, or on the rate's where given.
  func checkTime(_ rate: SampleRate) throws(CSVError) {
    guard let first = rows.first else { return }
    for (column, kind) in kinds.enumerated() {
      let step: Double
      switch kind {
      case .lead: continue
      case .sample: step = 1
      case .time(let unitsPerSecond):
        let span = rows.last!.values[column] - first.values[column]
        step = rows.count > 1 ? span / Double(rows.count - 1) : unitsPerSecond / rate.hertz
        let nominal = unitsPerSecond / rate.hertz
        guard rows.count < 2 || (step - nominal).magnitude < nominal / 100 else {
          throw .irregularTime(
            path: path, line: rows[1].line, expected: "steps of \(nominal)", found: "\(step)")
        }
      }
      for (index, row) in rows.enumerated() {
        let expected = first.values[column] + Double(index) * step
        // Written so that a missing time fails too.
        guard (row.values[column] - expected).magnitude < step else {
          throw .irregularTime(
            path: path, line: row.line, expected: "\(expected)", found: "\(row.values[column])")
        }
      }
    }
  }
}
