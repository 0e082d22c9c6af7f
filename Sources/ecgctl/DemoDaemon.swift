import ArgumentParser
import ECGMonitor
import ECGWire
import Foundation
import ZeroMQ

/// The daemon that a demonstration runs beside itself, with a state folder of its own.
final class DemoDaemon {
  private let process = Process()
  private let folder: URL
  private static let control = "tcp://127.0.0.1:5604"
  private static let patienceSeconds = 20.0

  init(config: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "ecgd-demo-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let log = folder.appending(path: "log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    if (try? Self.ask(ControlRequest(.status), seconds: 0.2)) != nil {
      throw Self.failure(
        "a daemon is running already at \(Self.control): stop it first", EX_UNAVAILABLE)
    }
    process.executableURL = Self.binary("ecgd")
    process.arguments = ["--config", config]
    var environment = ProcessInfo.processInfo.environment
    environment["XDG_STATE_HOME"] = folder.path
    environment["STATE_DIRECTORY"] = nil
    process.environment = environment
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
  }

  /// Its first status report.
  func waitUntilUp() throws -> StatusReport {
    try wait { _ in true }
  }

  /// The status once every sample that was sent has been taken, and the stream has ended.
  func waitUntilJudged(samples: Int64) throws -> StatusReport {
    try wait { $0.samples >= samples && $0.streams.isEmpty }
  }

  private func wait(until isDone: (StatusReport) -> Bool) throws -> StatusReport {
    let deadline = Date().addingTimeInterval(Self.patienceSeconds)
    while Date() < deadline {
      guard process.isRunning else {
        throw failure("ecgd left with status \(process.terminationStatus)")
      }
      let reply = try? Self.ask(ControlRequest(.status), seconds: 0.5)
      if let status = reply?.status, isDone(status) { return status }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw failure("ecgd did not get there within \(Self.patienceSeconds) s")
  }

  /// Every alert event so far.
  func alerts() throws -> [AlertEvent] {
    var events: [AlertEvent] = []
    while true {
      var request = ControlRequest(.replay)
      request.since = events.last?.sequence ?? 0
      let page = try Self.ask(request, seconds: 2)?.alerts ?? []
      if page.isEmpty { return events }
      events += page
    }
  }

  /// Stops the daemon and removes its state.
  func stop() {
    Self.end(process, SIGTERM)
    try? FileManager.default.removeItem(at: folder)
  }

  /// An error that shows what the daemon wrote.
  func failure(_ reason: String) -> any Error {
    let log = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
    return Self.failure("\(reason)\n\(log ?? "")", EX_SOFTWARE)
  }

  static func failure(_ reason: String, _ status: Int32) -> any Error {
    StandardError.write("ecgctl demo: \(reason)\n")
    return ExitCode(status)
  }

  static func tool(_ name: String, _ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = binary(name)
    process.arguments = arguments
    try process.run()
    return process
  }

  static func end(_ process: Process, _ signal: Int32) {
    guard process.isRunning else { return }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
  }

  /// A program beside this one.
  private static func binary(_ name: String) -> URL {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
    return URL(filePath: own).deletingLastPathComponent().appending(path: name)
  }

  private static func ask(_ request: ControlRequest, seconds: Double) throws -> ControlReply? {
    try Status.ask(request, at: control, seconds: seconds).map { try ControlReply.decode($0) }
  }
}
