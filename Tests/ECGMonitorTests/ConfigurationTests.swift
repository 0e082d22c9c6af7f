import ECGCore
import ECGMonitor
import Foundation
import Testing

/// The repository's root, from this file's place in it.
private let root = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

private func problems(_ yaml: String) -> [String] {
  do throws(ConfigurationError) {
    _ = try Configuration(yaml: yaml, file: "f.yaml")
    return []
  } catch {
    return "\(error)".split(separator: "\n").map(String.init)
  }
}

@Suite("Configuration")
struct ConfigurationTests {
  @Test("the shipped file is the table's own, and reads as the defaults")
  func shippedFile() throws {
    let path = root.appending(path: "Config/ecgd.yaml").path
    var read = try Configuration(contentsOf: path)
    #expect(read.file == path)
    read.file = nil
    #expect(read == Configuration())
    #expect(try String(contentsOfFile: path, encoding: .utf8) == Configuration().yaml)
  }

  @Test("the reference page is generated from the table")
  func referencePage() throws {
    let path = root.appending(path: "Documentation/Configuration.md").path
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page == Configuration.reference)
    for key in Configuration.keyPaths { #expect(page.contains("`\(key)`")) }
  }

  @Test("an empty file and an empty section stand for the defaults")
  func emptyFile() throws {
    for yaml in ["", "# nothing\n", "alarm:\nmodel:\n", "---\n"] {
      var read = try Configuration(yaml: yaml, file: "f.yaml")
      read.file = nil
      #expect(read == Configuration())
    }
  }

  @Test("every section is read, and writes back to what it was")
  func roundTrip() throws {
    let yaml = """
      samples:
        sockets:
          - {endpoint: "ipc:///run/ecgd/in", kind: sub, attach: connect}
          - endpoint: tcp://0.0.0.0:5601
            insecure: true
      alerts: {endpoint: "tcp://[::1]:7002"}
      control: {endpoint: ipc:///run/ecgd/control}
      model: {path: "it's here/m.safetensors"}
      streams: {maximum: 9, silentAfterSeconds: 2.5, shards: 2, ringMegabytes: 3}
      signal: {mainsHz: off, leads: [MLII, "no", 'a,b']}
      alarm:
        limit: 26
        onsetDelayMs: 1500
        persistence: {k: 2, n: 4}
        clearMargin: 0.25
        clearAfterSeconds: 3
        minimumQuality: 0
      baseline: {learningSeconds: 90}
      batch: {maximumWindows: 8, maximumWaitMs: 0}
      journal: {path: /var/x.sqlite, retentionDays: 7}
      logging: {level: warning, ratePerMinute: 5}
      """
    let read = try Configuration(yaml: yaml, file: "f.yaml")
    #expect(
      read.samples.sockets.map(\.endpoint.text) == ["ipc:///run/ecgd/in", "tcp://0.0.0.0:5601"])
    #expect(read.samples.sockets.map(\.kind) == [.sub, .pull])
    #expect(read.samples.sockets.map(\.attach) == [.connect, .bind])
    #expect(read.model.path == "it's here/m.safetensors")
    #expect(read.signal.mainsHz == .off)
    #expect(read.signal.leads == ["MLII", "no", "a,b"].map { Lead($0)! })
    #expect(read.alarm.limit == 26)
    #expect(read.alarm.persistence.k == 2)
    #expect(read.baseline.learningSeconds == 90)
    #expect(read.logging.level == .warning)
    #expect(try Configuration(yaml: read.yaml, file: "f.yaml") == read)
  }

  @Test("several problems are reported together, each with its line, key and what was expected")
  func severalProblems() {
    let yaml = """
      alarm:
        onsetDelay: 5
        clearMargin: lots
        persistence:
          k: 0
      streams:
        maximum: "12"
        silentAfterSeconds: nan
      signals: {}
      signal:
        mainsHz: no
        leads: MLII
      batch: 3
      onsetDelayMs: 4
      samples:
        sockets:
          - endpoint: udp://1.2.3.4:5
            knd: pull
      model:
        path:
      """
    #expect(
      problems(yaml) == [
        "f.yaml:2: alarm.onsetDelay: unknown key; did you mean 'onsetDelayMs'?",
        "f.yaml:3: alarm.clearMargin: expected a number from 0 to 0.9, found 'lots'",
        "f.yaml:5: alarm.persistence.k: expected a whole number from 1 to 1000, found '0'",
        "f.yaml:7: streams.maximum: expected a whole number from 1 to 65536, found the text '12'",
        "f.yaml:8: streams.silentAfterSeconds: expected a number of seconds from 0.5 to 3600, "
          + "found 'nan'",
        "f.yaml:9: signals: unknown key; did you mean 'signal'?",
        "f.yaml:11: signal.mainsHz: expected one of 50, 60, off, found 'no'",
        "f.yaml:12: signal.leads: expected a list of lead names such as [MLII, II], each 1 to 16 "
          + "printable characters, found 'MLII'",
        "f.yaml:13: batch: expected a mapping, found '3'",
        "f.yaml:14: onsetDelayMs: unknown key; did you mean 'alarm.onsetDelayMs'?",
        "f.yaml:17: samples.sockets[0].endpoint: expected an endpoint such as "
          + "tcp://127.0.0.1:5601 or ipc:///run/ecgd/samples, found 'udp://1.2.3.4:5'",
        "f.yaml:18: samples.sockets[0].knd: unknown key; did you mean 'kind'?",
        "f.yaml:20: model.path: expected a path, found nothing",
      ])
  }

  @Test("a key given twice is refused at its second line")
  func duplicateKey() {
    #expect(
      problems("alarm:\n  limit: 3\n  onsetDelayMs: 5\n  limit: 4\n")
        == ["f.yaml:4: limit: key given more than once in one mapping"])
    #expect(
      problems("model: {}\nalarm: {}\nmodel:\n  path: x\n")
        == ["f.yaml:3: model: key given more than once in one mapping"])
  }

  @Test("text that is no YAML is refused with its line")
  func notYAML() {
    #expect(problems("alarm:\n\tlimit: 3\n").first?.hasPrefix("f.yaml:2: not YAML: ") == true)
    #expect(problems("alarm: [1, 2\nmodel: x\n").count == 1)
    #expect(problems("alarm: {}\n---\nmodel: {}\n").first?.contains("not YAML") == true)
    #expect(problems("- alarm\n") == ["f.yaml:1: expected a mapping, found a list of 1"])
  }

  @Test("a missing file, a folder and bytes that are no text are refused")
  func unreadableFile() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let noText = folder + "/ecgd-\(UUID()).yaml"
    try Data([0xff, 0xfe, 0x00, 0xd8]).write(to: URL(filePath: noText))
    defer { try? FileManager.default.removeItem(atPath: noText) }
    for (path, message) in [
      ("/nonexistent/f.yaml", "cannot be read: No such file or directory"),
      (folder, "expected a regular file"), (noText, "expected UTF-8 text"),
    ] {
      let error = #expect(throws: ConfigurationError.self) {
        try Configuration(contentsOf: path)
      }
      #expect(error.map { "\($0)" } == "\(path): \(message)")
    }
    #expect(ConfigurationError.exitStatus == 78)
  }

  @Test("a socket that other machines reach is refused unless the file says insecure: true")
  func openSockets() {
    for open in [
      "tcp://0.0.0.0:1", "tcp://*:1", "tcp://eth0:1", "tcp://[::]:1", "tcp://127.a.b.c:1",
    ] {
      #expect(
        problems("alerts:\n  endpoint: '\(open)'\n").first?.contains("insecure: true") == true)
      #expect(problems("alerts:\n  insecure: true\n  endpoint: '\(open)'\n") == [])
    }
    // Opening one socket opens no other.
    #expect(
      problems(
        "alerts: {endpoint: 'tcp://*:1', insecure: true}\ncontrol: {endpoint: 'tcp://*:2'}\n"
      ).count == 1)
    #expect(problems("alerts: {endpoint: 'tcp://127.3.2.1:1'}\n") == [])
    #expect(problems("alerts: {endpoint: tcp://localhost:1}\n") == [])
  }

  @Test("what is no endpoint is refused")
  func badEndpoints() {
    for text in [
      "", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:0",
      "tcp://127.0.0.1:65536", "tcp://127.0.0.1:+5", "tcp://:5", "tcp://a b:5", "inproc://x",
      "ipc://", "tcp://[]:5", "tcp://[::1:5", "ipc:///" + String(repeating: "x", count: 107),
    ] {
      #expect(Endpoint(text) == nil, "\(text)")
    }
    #expect(Endpoint("tcp://127.0.0.1:*")?.isLocal == true)
  }

  @Test("keys that contradict each other are refused at their line")
  func contradictions() {
    #expect(
      problems("alarm:\n  persistence:\n    k: 11\n")
        == ["f.yaml:3: alarm.persistence.k: expected at most n = 10, found 11"])
    #expect(
      problems("control:\n  endpoint: tcp://127.0.0.1:5602\n")
        == ["f.yaml:2: control.endpoint: tcp://127.0.0.1:5602 is already bound by alerts"])
  }

  @Test("a reload applies the reloadable keys and names the others")
  func reload() throws {
    let old = try Configuration(yaml: "alarm: {limit: 3}\nlogging: {level: info}\n", file: "f.yaml")
    let new = try Configuration(
      yaml: "alarm: {limit: 4, persistence: {k: 2}}\nstreams: {maximum: 7}\n", file: "f.yaml")
    let reload = old.reload(with: new)
    #expect(
      reload.applied.map(\.description) == [
        "alarm.limit: 3 -> 4", "alarm.persistence.k: 4 -> 2",
      ])
    #expect(reload.needsRestart.map(\.description) == ["streams.maximum: 256 -> 7"])
    #expect(reload.configuration.alarm == new.alarm)
    #expect(reload.configuration.streams == old.streams)
    #expect(throws: ConfigurationError.self) { try old.reload(from: "/nonexistent/f.yaml") }
    #expect(old.reload(with: old).applied.isEmpty)
  }

  @Test("the model is looked for beside the file, above it, and in the package's folder")
  func modelPath() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ecgd-\(UUID())")
    let files = FileManager.default
    try files.createDirectory(
      at: folder.appending(path: "Config/Models"), withIntermediateDirectories: true)
    try files.createDirectory(
      at: folder.appending(path: "Models"), withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    let file = folder.appending(path: "Config/f.yaml").path
    let configuration = try Configuration(yaml: "model: {path: Models/m}", file: file)
    let error = #expect(throws: ConfigurationError.self) { try configuration.resolveModelPath() }
    #expect(error.map { "\($0)" }?.contains("/usr/share/ecgd/Models/m") == true)
    try Data().write(to: folder.appending(path: "Models/m"))
    #expect(try configuration.resolveModelPath() == folder.path + "/Config/../Models/m")
    try Data().write(to: folder.appending(path: "Config/Models/m"))
    #expect(try configuration.resolveModelPath() == folder.path + "/Config/Models/m")
  }

  @Test("the journal starts from the state directory")
  func journalPath() throws {
    let relative = Configuration()
    #expect(
      relative.journalPath { ["STATE_DIRECTORY": "/var/lib/ecgd", "HOME": "/h"][$0] }
        == "/var/lib/ecgd/alerts.sqlite")
    #expect(
      relative.journalPath { ["XDG_STATE_HOME": "/s", "HOME": "/h"][$0] }
        == "/s/ecgd/alerts.sqlite")
    #expect(
      relative.journalPath { ["HOME": "/h"][$0] } == "/h/.local/state/ecgd/alerts.sqlite")
    let absolute = try Configuration(yaml: "journal: {path: /x/y}", file: "f.yaml")
    #expect(absolute.journalPath { _ in "/z" } == "/x/y")
  }
}
