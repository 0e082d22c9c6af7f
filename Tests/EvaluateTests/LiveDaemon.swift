import ECGWire
import Foundation
import ProcessTesting
import ZeroMQ

/// The real daemon as a process of its own, on ipc sockets in a folder of its own, that writes
/// every score down.
final class LiveDaemon {
  let folder: TemporaryFolder
  let configuration: String
  private let process: ChildProcess
  private let context: Context

  /// - Parameter learningSeconds: replaces the model's.
  init(learningSeconds: Int?) throws {
    folder = try TemporaryFolder()
    context = try Context()
    configuration = folder.file("ecgd.yaml")
    var yaml = try String(contentsOfFile: Built.packageRoot + "/Config/ecgd.yaml", encoding: .utf8)
    let edits = [
      ("tcp://127.0.0.1:5601", "ipc://\(folder.file("samples"))"),
      ("tcp://127.0.0.1:5602", "ipc://\(folder.file("alerts"))"),
      ("tcp://127.0.0.1:5603", "ipc://\(folder.file("waveforms"))"),
      ("tcp://127.0.0.1:5604", "ipc://\(folder.file("control"))"),
      (": Models/", ": \(Built.packageRoot)/Models/"),
      ("path: alerts.sqlite", "path: \(folder.file("alerts.sqlite"))"),
      ("shards: 0", "shards: 2"), ("k: 3", "k: 2"), ("n: 10", "n: 6"),
      ("learningSeconds: model", "learningSeconds: \(learningSeconds.map { "\($0)" } ?? "model")"),
    ]
    for (old, new) in edits { yaml = yaml.replacingOccurrences(of: old, with: new) }
    try yaml.write(toFile: configuration, atomically: true, encoding: .utf8)
    process = try ChildProcess(
      Built.program("ecgd"), ["--config", configuration, "--score-log", folder.path],
      environment: ["XDG_STATE_HOME": folder.path])
  }

  var samplesEndpoint: String { "ipc://\(folder.file("samples"))" }

  /// Waits until the daemon's status is as wanted.
  func wait(until isDone: (StatusReport) -> Bool) throws {
    let deadline = Date().addingTimeInterval(300)
    while Date() < deadline, process.isRunning {
      if let status = try? ask(ControlRequest(.status)).status, isDone(status) { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw LiveError.notThere
  }

  /// Every alert that was published.
  func alerts() throws -> [AlertEvent] {
    var events: [AlertEvent] = []
    while true {
      var request = ControlRequest(.replay)
      request.since = events.last?.sequence ?? 0
      let page = try ask(request).alerts ?? []
      if page.isEmpty { return events }
      events += page
    }
  }

  /// Stops it; its exit status.
  func stop() -> Int32 {
    process.send(SIGTERM)
    return process.wait()
  }

  private func ask(_ request: ControlRequest) throws -> ControlReply {
    var socket = try Socket(.req, in: context)
    try socket.set(.receiveTimeout, 2000)
    try socket.set(.linger, 0)
    try socket.connect("ipc://\(folder.file("control"))")
    _ = try socket.send(request.encoded())
    return try ControlReply.decode(try socket.receiveFrames()?.first ?? [])
  }

  enum LiveError: Error { case notThere }
}

/// A CSV file's rows by column name.
func table(_ path: String) throws -> [[String: String]] {
  let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
  let names = lines[0].split(separator: ",").map(String.init)
  return lines.dropFirst().map { line in
    let values = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    return Dictionary(uniqueKeysWithValues: zip(names, values))
  }
}
