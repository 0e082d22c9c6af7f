extension WFDBHeader {
  /// More signals or segments than any sane record has: a larger number is a broken header.
  static let maximumSignals = 1024
  static let maximumSegments = 1 << 20
  static let maximumSamplesPerFrame = 1 << 16
  /// About 270 years at 1 kHz; keeps every product of counts inside an Int.
  static let maximumFrames = 1 << 43

  /// Reads a header's text; `path` only names it in errors.
  public init(text: String, path: String) throws(WFDBError) {
    var comments: [String] = []
    var lines: [HeaderLine] = []
    for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = HeaderLine(path: path, number: index + 1, text: raw)
      if let comment = line.comment {
        comments.append(comment)
      } else if !line.isBlank {
        lines.append(line)
      }
    }
    guard let first = lines.first else {
      throw .badHeader(path: path, line: 1, expected: "a record line", found: "")
    }
    self = try first.recordLine()
    self.comments = comments
    let isMultiSegment = !segments.isEmpty
    let expected = isMultiSegment ? segments.count : signalCount
    segments = []
    // Comments may follow the specifications, nothing else that counts may be absent.
    guard lines.count > expected else {
      throw .badHeader(
        path: path, line: lines.last!.number,
        expected: "\(expected) \(isMultiSegment ? "segment" : "signal") lines",
        found: "\(lines.count - 1)")
    }
    for (index, line) in lines.dropFirst().prefix(expected).enumerated() {
      if isMultiSegment {
        segments.append(try line.segmentLine())
      } else {
        signals.append(try line.signalLine(index: index))
      }
    }
  }
}

/// One line of a header, split at blanks, with its place for errors.
struct HeaderLine {
  let path: String
  let number: Int
  let text: Substring
  let fields: [Substring]

  init(path: String, number: Int, text: Substring) {
    self.path = path
    self.number = number
    self.text = text
    fields = text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" })
  }

  var isBlank: Bool { fields.isEmpty }

  var comment: String? {
    guard let first = fields.first, first.hasPrefix("#") else { return nil }
    let body = text.drop { $0 != "#" }.dropFirst()
    return String(body.drop { $0 == " " }.prefix { $0 != "\r" && $0 != "\r\n" })
  }

  func bad(_ expected: String, _ found: some StringProtocol) -> WFDBError {
    .badHeader(path: path, line: number, expected: expected, found: String(found.prefix(80)))
  }

  /// A whole number within a range.
  func integer(_ field: Substring, _ what: String, in range: ClosedRange<Int>)
    throws(WFDBError) -> Int
  {
    guard let value = Int(field), range.contains(value) else {
      throw bad("\(what) (\(range.lowerBound) to \(range.upperBound))", field)
    }
    return value
  }

  func finite(_ field: Substring, _ what: String) throws(WFDBError) -> Double {
    guard let value = Double(field), value.isFinite else { throw bad(what, field) }
    return value
  }

  func int32(_ field: Substring, _ what: String) throws(WFDBError) -> Int32 {
    Int32(try integer(field, what, in: Int(Int32.min)...Int(Int32.max)))
  }
}
