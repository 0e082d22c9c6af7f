import CSimulatedMachine
import Foundation

/// The machine's disk: a folder in which everything that was not forced to the disk can be lost.
struct SimulatedDisk {
  let folder: String

  enum Fault: CaseIterable {
    case sound, full, writeFails, syncFails

    fileprivate var code: machine_fault {
      switch self {
      case .sound: machine_sound
      case .full: machine_full
      case .writeFails: machine_write_fails
      case .syncFails: machine_sync_fails
      }
    }
  }

  private(set) var fault = Fault.sound
  private var boots = 0

  /// Takes an empty folder of its own.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "ecg-simulate-\(getpid())").path
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    machine_mount(folder)
    try forgetEverything()
    try nameBoot()
  }

  var journal: String { folder + "/alerts.sqlite" }
  var checkpoint: String { folder + "/streams.checkpoint" }

  mutating func set(_ fault: Fault) {
    self.fault = fault
    machine_set_fault(fault.code)
  }

  /// What a program that was killed, or a power failure, leaves.
  mutating func crash(powerFailed: Bool, seed: UInt64) throws {
    machine_thaw(powerFailed, seed)
    machine_set_fault(fault.code)
    if powerFailed { try nameBoot() }
  }

  /// The disk of another machine, for another seed.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private func forgetEverything() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }

  /// The kernel names every boot differently; the daemon asks for the name as a credential.
  private mutating func nameBoot() throws {
    boots += 1
    let credentials = folder + ".credentials"
    try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
    try Data("boot-\(boots)".utf8).write(to: URL(filePath: credentials + "/boot-id"))
    setenv("CREDENTIALS_DIRECTORY", credentials, 1)
  }
}
