public import Foundation

/// A program under test with its standard output on a pipe, killed when it is let go.
public final class ChildProcess {
  private let process = Process()
  private let input: Pipe?
  private let output = Pipe()
  private var buffer = Data()

  /// - Parameter holdingInput: its standard input stays open until `closeInput`, or until this
  ///   process ends in whatever way; else it has none.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    standardError: FileHandle? = nil, holdingInput: Bool = false
  ) throws {
    input = holdingInput ? Pipe() : nil
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    process.standardInput = input ?? FileHandle.nullDevice
    if let standardError { process.standardError = standardError }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  public func closeInput() { try? input?.fileHandleForWriting.close() }

  public var identifier: Int32 { process.processIdentifier }
  public var isRunning: Bool { process.isRunning }

  public func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// The next line of its standard output, nil at the end; a last line without its end is none.
  public func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0a) {
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      buffer.append(more)
    }
  }

  /// Waits for its end; the status, or minus the signal that killed it.
  public func wait() -> Int32 {
    process.waitUntilExit()
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }

  /// Runs a program to its end. Standard error is the test's own unless `mergingErrors`.
  public static func run(
    _ path: String, _ arguments: [String], mergingErrors: Bool = false
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    if mergingErrors { process.standardError = output }
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let status =
      process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
    return (status, String(decoding: data, as: UTF8.self))
  }
}
