import ECGMonitor
import Foundation
import ProcessTesting

/// A box in which the shipped unit runs a program with the shipped configuration.
struct ServiceFixture {
  static let unit = "ecgd.service"
  static let configurationPath = "/etc/ecgd/ecgd.yaml"

  let box: SystemdBox

  /// - Parameter dropIn: what this test has otherwise than the unit as it is shipped.
  init(program: String, dropIn: String = "") throws {
    box = try SystemdBox()
    try box.install(program: program, as: "/usr/bin/ecgd")
    let shipped = try String(
      contentsOfFile: Built.packageRoot + "/systemd/ecgd.service", encoding: .utf8)
    try box.write(shipped, to: "/etc/systemd/system/ecgd.service")
    if !dropIn.isEmpty {
      try box.write(
        "[Service]\n" + dropIn + "\n", to: "/etc/systemd/system/ecgd.service.d/test.conf")
    }
    try configure(
      String(contentsOfFile: Built.packageRoot + "/Config/ecgd.yaml", encoding: .utf8))
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
