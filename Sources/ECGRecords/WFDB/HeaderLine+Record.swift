extension HeaderLine {
  /// `name[/segments] signals [rate[/counter[(base)]] [frames [time [date]]]]`.
  ///
  /// Where segments are announced the result holds that many empty ones, for the caller to fill.
  func recordLine() throws(WFDBError) -> WFDBHeader {
    let nameParts = fields[0].split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard !nameParts[0].isEmpty else { throw bad("a record name", fields[0]) }
    guard fields.count > 1 else { throw bad("the number of signals", "") }
    var header = WFDBHeader(
      recordName: String(nameParts[0]), sampleRateHz: WFDBHeader.defaultSampleRateHz,
      counterFrequencyHz: WFDBHeader.defaultSampleRateHz, baseCounter: 0,
      signalCount: try integer(
        fields[1], "the number of signals", in: 0...WFDBHeader.maximumSignals),
      signals: [], segments: [], comments: [])
    if nameParts.count == 2 {
      let count = try integer(
        nameParts[1], "the number of segments", in: 1...WFDBHeader.maximumSegments)
      header.segments = Array(repeating: WFDBSegment(recordName: "~", frameCount: 0), count: count)
    }
    if fields.count > 2 { try rate(fields[2], into: &header) }
    if fields.count > 3 {
      let frames = try integer(
        fields[3], "the number of samples", in: 0...WFDBHeader.maximumFrames)
      header.frameCount = frames == 0 ? nil : frames
    }
    if fields.count > 4 { header.baseTimeSeconds = try timeOfDay(fields[4]) }
    if fields.count > 5 { header.baseDate = try date(fields[5]) }
    return header
  }

  private func rate(_ field: Substring, into header: inout WFDBHeader) throws(WFDBError) {
    let parts = field.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let hertz = try finite(parts[0], "a sample rate in Hz")
    guard hertz > 0, hertz <= 4_000_000 else { throw bad("a sample rate in Hz", parts[0]) }
    header.sampleRateHz = hertz
    header.counterFrequencyHz = hertz
    guard parts.count == 2 else { return }
    let counter = parts[1].split(separator: "(", maxSplits: 1, omittingEmptySubsequences: false)
    let frequency = try finite(counter[0], "a counter frequency in Hz")
    // 0 or less stands for "the sample rate" (header(5)).
    if frequency > 0 { header.counterFrequencyHz = frequency }
    guard counter.count == 2 else { return }
    guard counter[1].hasSuffix(")") else { throw bad("a base counter in parentheses", field) }
    header.baseCounter = try finite(counter[1].dropLast(), "a base counter value")
  }

  /// `[[HH:]MM:]SS[.sss]` in seconds.
  private func timeOfDay(_ field: Substring) throws(WFDBError) -> Double {
    let what = "a base time HH:MM:SS"
    var seconds = 0.0
    let parts = field.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 3 else { throw bad(what, field) }
    for part in parts {
      let value = try finite(part, what)
      guard value >= 0, value < 100 else { throw bad(what, field) }
      seconds = seconds * 60 + value
    }
    return seconds
  }

  private func date(_ field: Substring) throws(WFDBError) -> String {
    let numbers = field.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 3, let day = numbers[0], (1...31).contains(day),
      let month = numbers[1], (1...12).contains(month), let year = numbers[2],
      (0...9999).contains(year)
    else { throw bad("a base date DD/MM/YYYY", field) }
    return String(field)
  }

  /// `record frames`.
  func segmentLine() throws(WFDBError) -> WFDBSegment {
    guard fields.count >= 2 else { throw bad("a segment name and its length", text) }
    return WFDBSegment(
      recordName: String(fields[0]),
      frameCount: try integer(
        fields[1], "the segment's number of samples", in: 0...WFDBHeader.maximumFrames))
  }
}
