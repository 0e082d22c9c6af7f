import Yams

/// One key that a file may hold: declared once, from which reading, checking, writing and the
/// reference come.
struct ConfigurationKey<Root>: Sendable {
  /// Dotted, such as `alarm.persistence.k`.
  let path: String
  let expected: String
  /// Whether a reload may change it while the daemon watches.
  let reloads: Bool
  /// One or two sentences.
  let meaning: String
  /// The keys of each element, where the value is a list of mappings; else empty.
  let elementKeys: [ElementKey]

  let read: @Sendable (Node, String, inout Root, inout ConfigurationReader) -> Void
  /// The value as YAML on one line, also what two configurations are compared by.
  let show: @Sendable (Root) -> String
  /// The value as the lines of the shipped file, without indentation, comments included.
  let write: @Sendable (Root) -> [String]
  let copy: @Sendable (Root, inout Root) -> Void

  /// What the reference says of one key of a list's elements.
  struct ElementKey: Sendable {
    let path: String
    let expected: String
    let standard: String
    let meaning: String
  }

  /// The last component of `path`.
  var name: String { String(path.split(separator: ".").last!) }

  init<Value>(
    _ path: String, _ property: any WritableKeyPath<Root, Value> & Sendable,
    _ type: ValueType<Value>, reloads: Bool = false, _ meaning: String
  ) {
    self.path = path
    self.expected = type.expected
    self.reloads = reloads
    self.meaning = meaning
    elementKeys = []
    let name = path.split(separator: ".").last!
    read = { node, fullPath, root, reader in
      if let value = type.parse(node) {
        root[keyPath: property] = value
      } else {
        reader.report(
          node, key: fullPath, "expected \(type.expected), found \(reader.describe(node))")
      }
    }
    show = { type.show($0[keyPath: property]) }
    write = { root in ["\(name): \(type.show(root[keyPath: property]))"] }
    copy = { source, target in target[keyPath: property] = source[keyPath: property] }
  }

  /// A list of mappings, each with the keys of `elements`, from 1 to `maximumCount` of them.
  init<Element>(
    _ path: String, _ property: any WritableKeyPath<Root, [Element]> & Sendable,
    listOf elements: [ConfigurationKey<Element>], starting standard: Element, maximumCount: Int,
    reloads: Bool = false, _ meaning: String
  ) where Element: Sendable {
    self.path = path
    let expected = "a list of 1 to \(maximumCount) mappings"
    self.expected = expected
    self.reloads = reloads
    self.meaning = meaning
    let name = path.split(separator: ".").last!
    elementKeys = elements.map {
      ElementKey(
        path: "\(path)[].\($0.path)", expected: $0.expected, standard: $0.show(standard),
        meaning: $0.meaning)
    }
    read = { node, fullPath, root, reader in
      guard let items = node.sequence, (1...maximumCount).contains(items.count) else {
        reader.report(node, key: fullPath, "expected \(expected), found \(reader.describe(node))")
        return
      }
      root[keyPath: property] = items.enumerated().map { index, item in
        var element = standard
        reader.read(
          item, keys: elements, sections: [], at: "\(fullPath)[\(index)]", into: &element)
        return element
      }
    }
    show = { root in
      let items = root[keyPath: property].map { element in
        "{" + elements.map { "\($0.path): \($0.show(element))" }.joined(separator: ", ") + "}"
      }
      return "[" + items.joined(separator: ", ") + "]"
    }
    write = { root in
      ["\(name):"]
        + root[keyPath: property].flatMap { element in
          elements.enumerated().flatMap { index, key in
            comment(
              key.meaning + " Expects \(key.expected).", indent: index == 0 ? 2 : 4)
              + key.write(element).map { (index == 0 ? "  - " : "    ") + $0 }
          }
        }
    }
    copy = { source, target in target[keyPath: property] = source[keyPath: property] }
  }
}

/// `text` as comment lines of the shipped file, `indent` spaces in.
func comment(_ text: String, indent: Int, width: Int = 96) -> [String] {
  let margin = String(repeating: " ", count: indent)
  var lines: [String] = []
  var line = margin + "#"
  for word in text.split(separator: " ") {
    if line.count + 1 + word.count > width, line.count > indent + 1 {
      lines.append(line)
      line = margin + "#"
    }
    line += " " + word
  }
  return lines + [line]
}
