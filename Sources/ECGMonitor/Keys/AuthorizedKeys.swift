import Glibc

/// The file of authorised keys: one key a line, comments and empty lines between them.
public struct AuthorizedKeys: Equatable, Sendable {
  /// In the file's order; names and public keys are unique.
  public private(set) var keys: [AuthorizedKey] = []
  /// The file's lines as they stand, of which an editor changes only one.
  private var lines: [String] = []

  public static let maximumFileBytes = 1 << 22

  public init() {}

  /// Reads the file at `path`, which nobody but its owner may write.
  public init(contentsOf path: String) throws(ConfigurationError) {
    do throws(ReadTextError) {
      try requireMode(of: path, without: 0o022, "nobody but its owner may write it")
    } catch {
      throw ConfigurationError(
        file: path, problems: [.init(line: nil, key: nil, message: error.message)])
    }
    let text: String
    do throws(ReadTextError) {
      text = try readText(path, maximumBytes: Self.maximumFileBytes)
    } catch {
      throw ConfigurationError(
        file: path, problems: [.init(line: nil, key: nil, message: error.message)])
    }
    try self.init(text: text, file: path)
  }

  /// Reads `text`, which is said to come from `file`; reports every bad line at once.
  public init(text: String, file: String) throws(ConfigurationError) {
    var problems: [ConfigurationError.Problem] = []
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    var names: Set<String> = []
    var known: Set<String> = []
    for (index, line) in lines.enumerated() where !Self.isComment(line) {
      do throws(KeyLineError) {
        let key = try AuthorizedKey(line: line)
        if !names.insert(key.name).inserted {
          throw KeyLineError("the name '\(key.name)' stands in the file twice")
        }
        if !known.insert(key.publicKey).inserted {
          throw KeyLineError("the key of '\(key.name)' stands in the file twice")
        }
        keys.append(key)
      } catch {
        problems.append(.init(line: index + 1, key: nil, message: error.description))
      }
    }
    guard problems.isEmpty else { throw ConfigurationError(file: file, problems: problems) }
  }

  private static func isComment(_ line: String) -> Bool {
    guard let first = line.first(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else {
      return true
    }
    return first == "#"
  }

  /// Adds a key; throws where its name or its key is there already.
  public mutating func authorize(_ key: AuthorizedKey) throws(KeyLineError) {
    if let other = keys.first(where: { $0.name == key.name }) {
      throw KeyLineError(
        "'\(key.name)' is there already" + (other.isRevoked ? ", revoked: take a new name" : ""))
    }
    if let other = keys.first(where: { $0.publicKey == key.publicKey }) {
      throw KeyLineError(
        other.isRevoked
          ? "this key was revoked as '\(other.name)': make a new one"
          : "this key is there already, as '\(other.name)'")
    }
    keys.append(key)
    lines.append(key.line)
  }

  /// Marks the key of `name` as revoked; the line stays, so that the key cannot come back.
  public mutating func revoke(_ name: String) throws(KeyLineError) {
    guard let index = keys.firstIndex(where: { $0.name == name }) else {
      throw KeyLineError("no key has the name '\(name)'")
    }
    guard !keys[index].isRevoked else { throw KeyLineError("'\(name)' is revoked already") }
    let number = lines.firstIndex {
      !Self.isComment($0) && (try? AuthorizedKey(line: $0))?.name == name
    }
    keys[index].isRevoked = true
    lines[number!] = keys[index].line
  }

  /// The file's text, comments and order kept.
  public var text: String { lines.map { $0 + "\n" }.joined() }
}
