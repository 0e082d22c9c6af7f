/// The name of a stream, as it stands in its topic: 1 to 64 letters, digits, '.', '_' or '-'.
public struct StreamID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let name: String

  public static let maximumLength = 64

  /// Nil where `name` breaks the rule above.
  public init?(_ name: String) {
    guard (1...Self.maximumLength).contains(name.utf8.count),
      name.utf8.allSatisfy(Self.isAllowed)
    else { return nil }
    self.name = name
  }

  @inlinable
  public static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }

  public static func < (a: StreamID, b: StreamID) -> Bool { a.name < b.name }
  public var description: String { name }
}
