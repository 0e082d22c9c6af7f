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

  /// Whether it is a name that ECG leads customarily have: the twelve leads and Frank's, modified
  /// limb and chest leads ("MLII", "MCL1"), and what begins with "ECG".
  public var isCustomary: Bool {
    let upper = name.uppercased()
    return upper.hasPrefix("ECG") || Self.customaryNames.contains(upper)
  }

  private static let customaryNames: Set<String> = {
    let limb = ["I", "II", "III"]
    let chest = (1...9).map { "\($0)" }
    return Set(
      limb + limb.map { "ML" + $0 } + ["AVR", "AVL", "AVF", "V", "X", "Y", "Z", "VX", "VY", "VZ"]
        + chest.flatMap { ["V" + $0, "MV" + $0, "MCL" + $0] })
  }()
}
