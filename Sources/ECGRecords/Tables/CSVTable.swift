import ECGCore

/// The columns of a CSV file, read line by line.
struct CSVTable {
  enum Kind: Equatable {
    case lead(name: String, unit: PhysicalUnit)
    case time(unitsPerSecond: Double)
    case sample
  }

  let path: String
  private(set) var kinds: [Kind] = []
  private var names: [String] = []
  private var delimiter: UInt8? = nil
  /// Line number and values of each row.
  private(set) var rows: [(line: Int, values: [Double])] = []

  static let maximumColumns = 1024

  init(path: String) { self.path = path }

  mutating func read(_ bytes: [UInt8]) throws(CSVError) {
    var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var line = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      line += 1
      let content = Self.trimmed(bytes[start..<end])
      start = end + 1
      if content.isEmpty || content.first == UInt8(ascii: "#") { continue }
      if kinds.isEmpty { try header(content, line: line) } else { try row(content, line: line) }
    }
    if kinds.isEmpty { throw .noHeader(path: path) }
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    // A trailing tab may be an empty last field.
    var text = text
    while let last = text.last, last == 0x0d || last == 0x20 { text.removeLast() }
    while text.first == 0x20 { text.removeFirst() }
    return text
  }

  private func fields(_ text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    guard let delimiter else { return text.split(separator: 0x20).map { Self.unquoted($0) } }
    return text.split(separator: delimiter, omittingEmptySubsequences: false).map {
      Self.unquoted(Self.trimmed($0))
    }
  }

  private static func unquoted(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let quote = UInt8(ascii: "\"")
    guard field.count >= 2, field.first == quote, field.last == quote else { return field }
    return field.dropFirst().dropLast()
  }

  /// The delimiter that occurs first in this order of preference; nil for blanks.
  private static func delimiter(of header: ArraySlice<UInt8>) -> UInt8? {
    for candidate in [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
    where header.contains(candidate) {
      return candidate
    }
    return nil
  }

  private mutating func header(_ text: ArraySlice<UInt8>, line: Int) throws(CSVError) {
    func bad(_ expected: String, _ found: String) -> CSVError {
      .badHeader(path: path, line: line, expected: expected, found: String(found.prefix(80)))
    }
    delimiter = Self.delimiter(of: text)
    names = fields(text).map { String(decoding: $0, as: UTF8.self) }
    guard names.count <= Self.maximumColumns else {
      throw bad("at most \(Self.maximumColumns) columns", "\(names.count)")
    }
    for name in names {
      guard !name.isEmpty else { throw bad("a name for every column", "") }
      guard Double(name) == nil else { throw bad("a header row with lead names", name) }
      kinds.append(Self.kind(name))
    }
    guard kinds.contains(where: { if case .lead = $0 { true } else { false } }) else {
      throw bad("at least one lead", names.joined(separator: " "))
    }
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw bad("every name once", name)
    }
  }

  private static func kind(_ name: String) -> Kind {
    switch name.lowercased() {
    case "time", "seconds", "t", "time_s", "time (s)", "time [s]": return .time(unitsPerSecond: 1)
    case "time_ms", "ms", "time (ms)", "time [ms]": return .time(unitsPerSecond: 1000)
    case "sample", "samples", "index", "sample #", "n": return .sample
    default: break
    }
    for (open, close) in [("(", ")"), ("[", "]")] where name.hasSuffix(close) {
      guard let at = name.lastIndex(of: Character(open)) else { continue }
      let unit = name[name.index(after: at)...].dropLast()
      var lead = name[..<at]
      while lead.last == " " { lead = lead.dropLast() }
      if !lead.isEmpty, !unit.isEmpty {
        return .lead(name: String(lead), unit: PhysicalUnit(String(unit)))
      }
    }
    return .lead(name: name, unit: .millivolts)
  }

  private mutating func row(_ text: ArraySlice<UInt8>, line: Int) throws(CSVError) {
    let parts = fields(text)
    guard parts.count == kinds.count else {
      throw .columnCount(path: path, line: line, expected: kinds.count, actual: parts.count)
    }
    var values: [Double] = []
    values.reserveCapacity(parts.count)
    for (index, part) in parts.enumerated() {
      let text = String(decoding: part, as: UTF8.self)
      if let value = Double(text), value.isFinite {
        values.append(value)
      } else if Self.missing.contains(text.lowercased()) {
        values.append(.nan)
      } else {
        throw .badNumber(
          path: path, line: line, column: names[index], found: String(text.prefix(80)))
      }
    }
    rows.append((line, values))
  }

  private static let missing: Set<String> = ["", "nan", "na", "-", "null"]

  func leads(_ rate: SampleRate) -> [RecordedLead] {
    kinds.enumerated().compactMap { index, kind in
      guard case .lead(let name, let unit) = kind else { return nil }
      let scale = unit.millivolts ?? 1
      return RecordedLead(
        name: name, unit: unit, sampleRate: rate,
        samples: rows.map { Float($0.values[index] * scale) })
    }
  }
}
