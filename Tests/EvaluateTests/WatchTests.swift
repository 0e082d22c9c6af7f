import ECGAlarm
import ECGWire
import Foundation
import ProcessTesting
import Testing

/// The daemon as a process on ipc sockets of its own, which may be killed and started again.
private final class KillableDaemon {
  let folder: TemporaryFolder
  let journal: String
  private var process: ChildProcess?

  init(journal: String? = nil) throws {
    folder = try TemporaryFolder()
    self.journal = journal ?? folder.file("alerts.sqlite")
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    try """
    samples:
      sockets:
        - endpoint: ipc://\(folder.file("samples"))
    alerts: {endpoint: "ipc://\(folder.file("alerts"))"}
    waveforms: {endpoint: "ipc://\(folder.file("waveforms"))"}
    control: {endpoint: "ipc://\(folder.file("control"))"}
    model: {path: "\(package.path)/Models/default.safetensors"}
    journal: {path: "\(self.journal)"}
    streams: {shards: 1}
    """.write(toFile: folder.file("ecgd.yaml"), atomically: true, encoding: .utf8)
  }

  func start() throws {
    process = try ChildProcess(Built.program("ecgd"), ["--config", folder.file("ecgd.yaml")])
    for _ in 0..<600 {
      if try status() != nil { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("the daemon does not answer")
  }

  func kill() {
    process?.send(SIGKILL)
    _ = process?.wait()
  }

  func stop() {
    process?.send(SIGTERM)
    _ = process?.wait()
  }

  func status() throws -> StatusReport? {
    let asked = try ChildProcess.run(
      Built.program("ecgctl"),
      [
        "status", "--json", "--timeout", "1", "--endpoint", "ipc://\(folder.file("control"))",
      ], mergingErrors: true)
    return try? ControlReply.decode(Array(asked.output.utf8)).status
  }

  /// A gateway with ectopic beats, faster than life.
  func gateway(_ stream: String, seconds: Int = 240) throws -> ChildProcess {
    try ChildProcess(
      Built.program("ecgctl"),
      [
        "replay", "synthetic:\(seconds)", "--seed", "16", "--endpoint",
        "ipc://\(folder.file("samples"))", "--stream", stream, "--speed", "60",
      ])
  }

  func watch() throws -> ChildProcess {
    try ChildProcess(
      Built.program("ecgctl"),
      [
        "watch", "--json", "--endpoint", "ipc://\(folder.file("alerts"))", "--control",
        "ipc://\(folder.file("control"))",
      ])
  }

  func kept() throws -> [AlertEvent] {
    let listed = try ChildProcess.run(
      Built.program("ecgctl"), ["alerts", "--json", "--journal", journal])
    return try listed.output.split(separator: "\n").map { try AlertEvent.decode(Array($0.utf8)) }
  }
}

@Suite(
  .serialized, .enabled(if: ProcessInfo.processInfo.environment["ECGD_DAEMON_KILLS"] != nil))
struct WatchTests {
  @Test func aWatchLosesAndRepeatsNothingWhileTheDaemonIsKilledAndStartedAnew() throws {
    let rounds = Int(ProcessInfo.processInfo.environment["ECGD_DAEMON_KILLS"] ?? "") ?? 2
    let daemon = try KillableDaemon()
    try daemon.start()
    let watch = try daemon.watch()
    Thread.sleep(forTimeInterval: 1)
    for round in 0..<rounds {
      let gateway = try daemon.gateway("bed-\(round)")
      Thread.sleep(forTimeInterval: .random(in: 1.5...3.5))
      daemon.kill()
      gateway.send(SIGKILL)
      try daemon.start()
    }
    _ = try daemon.gateway("bed-last").wait()
    Thread.sleep(forTimeInterval: 3)
    watch.send(SIGTERM)
    var heard: [AlertEvent] = []
    while let line = watch.line() { heard.append(try AlertEvent.decode(Array(line.utf8))) }
    daemon.stop()
    let kept = try daemon.kept()
    #expect(!heard.isEmpty)
    #expect(heard.map(\.sequence) == Array(kept.map(\.sequence).prefix(heard.count)))
    #expect(heard.map(\.id) == Array(kept.map(\.id).prefix(heard.count)))
    #expect(Set(kept.map(\.id)).count == kept.count)
    #expect(kept.count - heard.count <= 12, "but those of the stop")
  }

  @Test func aFullDiskStopsNoAlarmIsToldAndWhatWasMissedIsKeptAfterwards() throws {
    let place = try TemporaryFolder()
    let mounted = try ChildProcess.run(
      "/usr/bin/env", ["mount", "-t", "tmpfs", "-o", "size=400k", "none", place.path],
      mergingErrors: true)
    guard mounted.status == 0 else {
      print("skipped: a small disk cannot be mounted here: \(mounted.output)")
      return
    }
    defer { _ = try? ChildProcess.run("/usr/bin/env", ["umount", "-l", place.path]) }
    let daemon = try KillableDaemon(journal: place.file("alerts.sqlite"))
    try daemon.start()
    let watch = try daemon.watch()
    Thread.sleep(forTimeInterval: 1)
    // The rest of the disk.
    _ = try ChildProcess.run(
      "/usr/bin/env", ["dd", "if=/dev/zero", "of=\(place.file("filler"))", "bs=4k"],
      mergingErrors: true)
    _ = try daemon.gateway("bed-1").wait()
    Thread.sleep(forTimeInterval: 2)
    let status = try #require(try daemon.status())
    #expect(status.alertsPublished > 0, "alarms go on")
    try FileManager.default.removeItem(atPath: place.file("filler"))
    Thread.sleep(forTimeInterval: 20)
    watch.send(SIGTERM)
    var heard: [AlertEvent] = []
    while let line = watch.line() { heard.append(try AlertEvent.decode(Array(line.utf8))) }
    daemon.stop()
    let failures = heard.filter { $0.condition == .journalFailure }
    #expect(failures.map(\.phase) == [.start, .end])
    let kept = Set(try daemon.kept().map(\.id))
    #expect(heard.allSatisfy { kept.contains($0.id) }, "what was published meanwhile is kept now")
    #expect(heard.contains { $0.stream == "bed-1" })
  }
}
