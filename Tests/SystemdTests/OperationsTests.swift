import Foundation
import ProcessTesting
import Testing

/// Documentation/Operations.md keeps up with the sources: no log line, alarm or promise is left out.
@Suite("The operations manual")
struct OperationsTests {
  private let manual: String
  private let root = URL(filePath: Built.packageRoot)

  init() throws {
    manual = try String(
      contentsOf: root.appending(path: "Documentation/Operations.md"), encoding: .utf8)
  }

  /// The texts of all Swift files below a folder.
  private func sources(_ folder: String) throws -> [String: String] {
    let top = root.appending(path: folder)
    let names = try FileManager.default.subpathsOfDirectory(atPath: top.path)
    var texts: [String: String] = [:]
    for name in names where name.hasSuffix(".swift") {
      texts[name] = try String(contentsOf: top.appending(path: name), encoding: .utf8)
    }
    return texts
  }

  /// The table under a heading, without its first two lines.
  private func rows(_ heading: String) throws -> [Substring] {
    let start = try #require(manual.range(of: "\n## \(heading)\n")).upperBound
    let rest = manual[start...]
    let section = rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]
    return section.split(separator: "\n").filter { $0.hasPrefix("|") && !$0.hasPrefix("|---") }
  }

  @Test("it says of each kind of log line what it means and what to do")
  func logLines() throws {
    let table = try rows("Log lines").joined(separator: "\n")
    var kinds: Set<String> = []
    for text in try sources("Sources/ECGMonitor").values {
      for match in text.matches(of: #/(?:kind|"reason"): "([A-Za-z]+)"/#) {
        kinds.insert(String(match.1))
      }
    }
    #expect(kinds.count >= 20)
    for kind in kinds.sorted() { #expect(table.contains("`\(kind)`"), "\(kind)") }
  }

  @Test("it says of each alarm what it means and what to do")
  func alarms() throws {
    let names = try sources("Sources/ECGAlarm")["ConditionName.swift"]
    let text = try #require(names)
    let declared = text[..<(text.range(of: "public var kind")?.lowerBound ?? text.endIndex)]
    let conditions = declared.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("case ") }
      .flatMap { $0.dropFirst(5).split(separator: ",") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(conditions.count >= 20)
    let table = try rows("Alarms").joined(separator: "\n")
    for condition in conditions { #expect(table.contains("`\(condition)`"), "\(condition)") }
  }

  @Test("each promise points at tests that are there")
  func promises() throws {
    let tests = try sources("Tests").values.joined()
    let rows = try rows("What the daemon promises").dropFirst()
    #expect(rows.count >= 15)
    for row in rows {
      let cells = row.split(separator: "|")
      let last = try #require(cells.last)
      let suites = last.matches(of: #/`(?:[A-Za-z]+/)?([A-Za-z]+Tests)`/#).map(\.1)
      #expect(!suites.isEmpty, "\(row)")
      for suite in suites { #expect(tests.contains("struct \(suite)"), "\(suite)") }
      for words in last.matches(of: #/"([^"]+)"/#).map(\.1) {
        #expect(tests.contains(words), "\(words)")
      }
    }
  }
}
