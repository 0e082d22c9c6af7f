import ECGMonitor
import ECGWire
import Foundation

/// A real `ecgd`, started beside this program with a configuration and a folder of its own.
final class DaemonProcess {
  private let process = Process()
  private let folder: URL
  let configuration: Configuration
  private static let patienceSeconds = 60.0

  /// - Parameter settings: YAML for the sections that are not sockets or files.
  /// - Parameter core: the one processor that it may run on; nil for all.
  init(
    settings: String, denoiser: String? = nil, journalMegabytes: Int = 1024, core: Int? = nil
  ) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "ecgd-bench-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appending(path: "ecgd.yaml")
    let text = """
      samples: {sockets: [{endpoint: "tcp://127.0.0.1:\(Self.port)"}]}
      alerts: {endpoint: "tcp://127.0.0.1:\(Self.port + 1)"}
      control: {endpoint: "tcp://127.0.0.1:\(Self.port + 2)"}
      waveforms: {endpoint: "tcp://127.0.0.1:\(Self.port + 3)", denoiser: \(denoiser ?? "none")}
      journal:
        path: "\(folder.appending(path: "alerts.sqlite").path)"
        maximumMegabytes: \(journalMegabytes)
      logging: {level: warning}
      \(settings)
      """
    try Data(text.utf8).write(to: file)
    do {
      configuration = try Configuration(contentsOf: file.path)
    } catch {
      throw Failure(reason: "\(error)")
    }
    if let core {
      process.executableURL = URL(filePath: "/usr/bin/taskset")
      process.arguments = ["-c", "\(core)", Self.binary.path, "--config", file.path]
    } else {
      process.executableURL = Self.binary
      process.arguments = ["--config", file.path]
    }
    let log = folder.appending(path: "log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    try wait { _ in true }
  }

  struct Failure: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }

  private static let port = 20_000 + Int(getpid()) % 20_000

  /// The program beside this one.
  private static var binary: URL {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "."
    return URL(filePath: own).deletingLastPathComponent().appending(path: "ecgd")
  }

  var samplesEndpoint: String { configuration.samples.sockets[0].endpoint.text }
  var alertsEndpoint: String { configuration.alerts.endpoint.text }

  func status(seconds: Double = 10) -> StatusReport? {
    var request = ControlRequest(.status)
    // Only the totals: a list of thousands of streams takes its time.
    request.id = "bench"
    let reply = try? Status.ask(
      request, at: configuration.control.endpoint.text, seconds: seconds)
    return reply.flatMap { try? ControlReply.decode($0) }?.status
  }

  /// Waits until the status says so.
  @discardableResult
  func wait(
    pollSeconds: Double = 0.02, until isDone: (StatusReport) -> Bool
  ) throws -> StatusReport {
    let deadline = Date().addingTimeInterval(Self.patienceSeconds)
    while Date() < deadline {
      guard process.isRunning else { throw Failure(reason: "ecgd has ended\n\(log)") }
      if let status = status(seconds: 2), isDone(status) { return status }
      Thread.sleep(forTimeInterval: pollSeconds)
    }
    throw Failure(reason: "ecgd did not get there within \(Self.patienceSeconds) s\n\(log)")
  }

  /// Processor seconds of all its threads so far.
  var processorSeconds: Double {
    let path = "/proc/\(process.processIdentifier)/stat"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    // utime and stime are the 14th and 15th field; the name in parentheses is the second.
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
    else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  var residentBytes: Int? {
    ProcessFigures.residentBytes(of: "\(process.processIdentifier)")
  }

  var descriptorCount: Int { entries(of: "fd") }
  var threadCount: Int { entries(of: "task") }

  private func entries(of folder: String) -> Int {
    let path = "/proc/\(process.processIdentifier)/\(folder)"
    return (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0
  }

  /// The journal with its write-ahead log.
  var journalBytes: Int { bytes(of: "alerts.sqlite") + bytes(of: "alerts.sqlite-wal") }
  var checkpointBytes: Int { bytes(of: "streams.checkpoint") }

  private func bytes(of name: String) -> Int {
    let path = folder.appending(path: name).path
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    return size ?? 0
  }

  /// What it wrote.
  var log: String {
    (try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)) ?? ""
  }

  func stop() {
    if process.isRunning {
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(at: folder)
  }
}
