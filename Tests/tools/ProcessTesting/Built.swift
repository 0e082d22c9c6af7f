import Foundation

/// What the package built, and where its sources stand.
public enum Built {
  /// The folder of the running test, in which the package's programs lie too.
  public static let folder: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: own).deletingLastPathComponent().path
  }()

  /// Whether a sanitizer, with an allocator of its own, is built into the tests and the programs.
  public static let isSanitized = ProcessInfo.processInfo.environment["ECGD_SANITIZED"] != nil

  public static func program(_ name: String) -> String { "\(folder)/\(name)" }

  /// The package's root, from this file's place in it.
  public static let packageRoot = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
}
