import Foundation

/// The Python that plays the independent peer: of ECGD_PYTHON, or else of build/python.
enum Python {
  static let package = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  static let documentation = package.appending(path: "Documentation")

  /// Nil, with a message, where there is none.
  static let interpreter: String? = {
    let path =
      ProcessInfo.processInfo.environment["ECGD_PYTHON"]
      ?? package.appending(path: "build/python/bin/python3").path
    if FileManager.default.isExecutableFile(atPath: path) { return path }
    FileHandle.standardError.write(
      Data("no Python at \(path): tests against independent peers are skipped\n".utf8))
    return nil
  }()

  static var isPresent: Bool { interpreter != nil }

  /// Starts a script of Documentation/Examples, or Python with the given arguments.
  static func start(
    _ arguments: [String], input: Pipe? = nil, output: Pipe? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: interpreter!)
    process.arguments = arguments
    if let input { process.standardInput = input }
    if let output { process.standardOutput = output }
    try process.run()
    return process
  }

  /// Ends a process whatever it does: a child inherits the blocked signals of the threads that run
  /// tests, so SIGTERM would not.
  static func end(_ process: Process) {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  static func example(_ name: String) -> String {
    documentation.appending(path: "Examples/\(name)").path
  }
}
