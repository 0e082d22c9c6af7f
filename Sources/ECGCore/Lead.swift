/// The name of an ECG lead as its source writes it: "MLII", "V1", "ECG1". 1 to 16 printable
/// ASCII bytes without spaces.
public struct Lead: Hashable, Sendable, CustomStringConvertible {
  public let name: String

  public static let maximumLength = 16

  /// Nil where `name` breaks the rule above.
  public init?(_ name: String) {
    guard (1...Self.maximumLength).contains(name.utf8.count),
      name.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    self.name = name
  }

  public var description: String { name }
}
