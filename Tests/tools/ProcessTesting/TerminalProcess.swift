import Foundation

/// A program under test on a terminal of its own, killed when it is let go.
public final class TerminalProcess {
  private let process = Process()
  private let terminal: FileHandle
  private var bytes: [UInt8] = []
  public let columns: Int
  public let rows: Int

  public struct NoTerminal: Error {}

  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    columns: Int = 120, rows: Int = 24
  ) throws {
    self.columns = columns
    self.rows = rows
    var (own, its): (Int32, Int32) = (-1, -1)
    var size = winsize(
      ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&own, &its, nil, nil, &size) == 0 else { throw NoTerminal() }
    terminal = FileHandle(fileDescriptor: own, closeOnDealloc: true)
    let end = FileHandle(fileDescriptor: its, closeOnDealloc: true)
    _ = fcntl(own, F_SETFL, O_NONBLOCK)
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = end
    process.standardOutput = end
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  public func type(_ keys: String) {
    try? terminal.write(contentsOf: Data(keys.utf8))
  }

  /// Waits for its end; the status, or minus the signal that killed it. Killed where it does not end.
  public func wait(withinSeconds patience: Double = 60) -> Int32 {
    let end = Date().addingTimeInterval(patience)
    // What it still writes must go somewhere.
    while process.isRunning {
      read()
      if Date() > end { kill(process.processIdentifier, SIGKILL) }
      usleep(10_000)
    }
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }

  /// All that it has written, with its control sequences.
  public var output: String {
    read()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The last picture that it drew from the terminal's corner on, without colours; empty where it
  /// drew none.
  public var screen: [String] {
    guard let last = output.components(separatedBy: "\u{1b}[H").dropFirst().last else { return [] }
    let text = last.replacing(/\u{1b}\[[0-9;?]*[A-Za-z]/, with: "")
    // The terminal itself puts a return before each line's end once more.
    let lines = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
    return lines.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Waits until the screen is as it should be; what it showed last.
  public func screen(
    withinSeconds patience: Double = 60, where isRight: ([String]) -> Bool
  ) -> [String] {
    let end = Date().addingTimeInterval(patience)
    var shown = screen
    while !isRight(shown), Date() < end {
      usleep(50_000)
      shown = screen
    }
    return shown
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = Glibc.read(terminal.fileDescriptor, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
  }
}
