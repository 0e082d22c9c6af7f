import Foundation
import ProcessTesting

/// A library loaded under the daemon that does to it what a machine may do: a wall clock that steps,
/// waits that signals interrupt, a disk that is slow. Tests/tools/adversity has its words.
enum Adversity {
  private static let inside = "/usr/lib/adversity.so"
  private static let settings = "/etc/adversity"
  private static let source = Built.packageRoot + "/Tests/tools/adversity/adversity.c"

  static let dropIn = "Environment=LD_PRELOAD=\(inside) ADVERSITY=\(settings)"

  /// Built once, by the first compiler that is there; nil where none is, or where the programs bring
  /// an allocator of a sanitizer, which must be loaded first.
  private static let library: TemporaryLibrary? = {
    guard !Built.isSanitized else { return nil }
    return ["clang", "cc", "gcc"].lazy.compactMap { try? TemporaryLibrary($0, source) }.first
  }()

  static let obstacle: String? = library == nil ? "needs a C compiler, and no sanitizer" : nil

  static func install(in box: SystemdBox) throws {
    guard let library else { throw SystemdBox.Failure(description: obstacle ?? "") }
    try FileManager.default.copyItem(atPath: library.path, toPath: box.path(inside))
  }

  /// Replaced as a whole: the library reads it at any moment.
  static func set(_ words: String, in box: SystemdBox) throws {
    try box.write(words + "\n", to: settings + ".new")
    try box.must("chmod", "0644", settings + ".new")
    try box.must("mv", settings + ".new", settings)
  }
}

/// A shared library in a folder of its own.
private final class TemporaryLibrary: Sendable {
  private let folder: TemporaryFolder
  let path: String

  init(_ compiler: String, _ source: String) throws {
    folder = try TemporaryFolder()
    path = folder.file("adversity.so")
    let result = try ChildProcess.run(
      "/usr/bin/env", [compiler, "-O1", "-shared", "-fPIC", "-o", path, source],
      mergingErrors: true)
    guard result.status == 0 else { throw SystemdBox.Failure(description: result.output) }
  }
}
