import ECGMonitor
import Foundation
import ProcessTesting
import Testing

/// A program that is run as the service.
struct Subject: Sendable, CustomTestStringConvertible {
  let program: String
  /// The threads that it cannot be without, besides its main one, with two shards.
  let threads: [String]
  var testDescription: String { program }

  static let model = Built.packageRoot + "/Models/default.safetensors"

  /// The parts for systemd alone.
  static let standIn = Subject(program: "stand-in-service", threads: ["worker-0", "worker-1"])

  /// The daemon itself, which does not start without its model.
  static let daemon = Subject(
    program: "ecgd",
    threads: ["ingest", "shard-0", "shard-1", "publisher", "waveforms", "checkpoint"])

  static let all =
    [standIn] + (FileManager.default.fileExists(atPath: model) ? [daemon] : [])
}

/// A box in which the shipped unit runs a program with the shipped configuration.
struct ServiceFixture {
  static let unit = "ecgd.service"
  static let configurationPath = "/etc/ecgd/ecgd.yaml"

  let box: SystemdBox

  /// - Parameters:
  ///   - dropIn: what this test has otherwise than the unit as it is shipped.
  ///   - adversity: what the machine does to the daemon at first, see `Adversity`.
  init(_ subject: Subject, dropIn: String = "", adversity: String? = nil) throws {
    box = try SystemdBox()
    try box.install(program: subject.program, as: "/usr/bin/ecgd")
    var dropIn = dropIn
    if let adversity {
      try Adversity.install(in: box)
      try Adversity.set(adversity, in: box)
      dropIn += "\n" + Adversity.dropIn
    }
    let files = FileManager.default
    if files.fileExists(atPath: Subject.model) {
      try files.createDirectory(
        atPath: box.path("/usr/share/ecgd/Models"), withIntermediateDirectories: true)
      for name in ["default", "denoise"] {
        try files.copyItem(
          atPath: Built.packageRoot + "/Models/\(name).safetensors",
          toPath: box.path("/usr/share/ecgd/Models/\(name).safetensors"))
      }
    }
    try box.write(
      String(contentsOfFile: Built.packageRoot + "/systemd/ecgd.service", encoding: .utf8),
      to: "/etc/systemd/system/ecgd.service")
    if !dropIn.isEmpty {
      try box.write(
        "[Service]\n\(dropIn)\n", to: "/etc/systemd/system/ecgd.service.d/test.conf")
    }
    let shipped = try String(
      contentsOfFile: Built.packageRoot + "/Config/ecgd.yaml", encoding: .utf8)
    try configure(shipped.replacing("shards: 0", with: "shards: 2"))
    try box.must("systemctl", "daemon-reload")
  }

  func configure(_ yaml: String) throws {
    try box.write(yaml, to: Self.configurationPath)
  }

  func start() throws { try box.must("systemctl", "start", Self.unit) }

  func property(_ name: String) throws -> String { try box.property(name, of: Self.unit) }

  func journal() throws -> [[String: String]] { try box.journal(of: Self.unit) }

  /// Whether a message in the journal has this text.
  func journalSays(_ text: String) throws -> Bool {
    try journal().contains { $0["MESSAGE"]?.contains(text) == true }
  }

  func waitUntil(_ condition: () throws -> Bool) rethrows -> Bool {
    try box.waits(until: condition)
  }
}
