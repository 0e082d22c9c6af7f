import Yams

/// Walks a YAML document along a table of keys, and collects every problem on its way.
struct ConfigurationReader {
  private(set) var problems: [ConfigurationError.Problem] = []
  /// Where each key that was read stands, for the checks between keys.
  private(set) var lines: [String: Int] = [:]

  mutating func report(_ node: Node?, key: String?, _ message: String) {
    problems.append(.init(line: node?.mark?.line, key: key, message: message))
  }

  mutating func report(line: Int?, key: String, _ message: String) {
    problems.append(.init(line: line, key: key, message: message))
  }

  /// What stands in the file, in words, for "expected ..., found ...".
  func describe(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar):
      if scalar.string.isEmpty, scalar.style == .plain || scalar.style == .any { return "nothing" }
      let quoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      return (quoted ? "the text " : "") + "'\(scalar.string.prefix(80))'"
    case .mapping: return "a mapping"
    case .sequence(let items): return "a list of \(items.count)"
    case .alias: return "an alias"
    }
  }

  /// Reads the mapping `node`, whose keys are those of `keys` and `sections` that start with
  /// `prefix`, into `root`. An empty section stands for its defaults.
  mutating func read<Root>(
    _ node: Node, keys: [ConfigurationKey<Root>], sections: [ConfigurationSection],
    at place: String, below prefix: String = "", into root: inout Root
  ) {
    guard let mapping = node.mapping else {
      if node.scalar?.string.isEmpty == true { return }
      report(node, key: place.isEmpty ? nil : place, "expected a mapping, found \(describe(node))")
      return
    }
    for (nameNode, value) in mapping {
      guard let name = nameNode.scalar?.string else {
        report(nameNode, key: place.isEmpty ? nil : place, "expected a key, found a collection")
        continue
      }
      let path = prefix.isEmpty ? name : "\(prefix).\(name)"
      let fullPath = place.isEmpty ? name : "\(place).\(name)"
      if let key = keys.first(where: { $0.path == path }) {
        lines[fullPath] = nameNode.mark?.line
        key.read(value, fullPath, &root, &self)
      } else if sections.contains(where: { $0.path == path }) {
        lines[fullPath] = nameNode.mark?.line
        read(value, keys: keys, sections: sections, at: fullPath, below: path, into: &root)
      } else {
        let known = keys.map(\.path) + sections.map(\.path)
        report(
          nameNode, key: fullPath, "unknown key\(Spelling.suggestion(for: path, among: known))")
      }
    }
  }
}
