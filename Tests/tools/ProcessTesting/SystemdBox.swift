import CThreadFreezer
import Foundation

/// A machine of its own with a real systemd, gone without a trace when it is let go.
public final class SystemdBox {
  private let script: ChildProcess
  private let leader: Int32

  /// Why no box can be had on this machine; nil where one can.
  public static let obstacle: String? = {
    if getuid() != 0 { return "needs root" }
    for program in ["/lib/systemd/systemd", "/usr/bin/unshare", "/usr/bin/nsenter"]
    where access(program, X_OK) != 0 {
      return "needs \(program)"
    }
    let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? ""
    if !mounts.contains(" cgroup2 ") { return "needs a mounted cgroup2" }
    // Containers have all of these, and may still forbid what it takes.
    do { _ = try SystemdBox() } catch { return "\(error)" }
    return nil
  }()

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
    public init(description: String) { self.description = description }
  }

  /// Boots over `root`, which stays as it is.
  public init(root: String = "/") throws {
    script = try ChildProcess(
      "/bin/bash", [Built.packageRoot + "/Tests/tools/ProcessTesting/systemd-box.sh", root],
      holdingInput: true)
    guard let line = script.line(), line.hasPrefix("up "), let pid = Int32(line.dropFirst(3)) else {
      throw Failure(description: "the box did not come up")
    }
    leader = pid
    // A sandbox forbids what it takes to look for leaks.
    if Built.isSanitized {
      try must("systemctl", "set-environment", "ASAN_OPTIONS=detect_leaks=0")
    }
  }

  deinit {
    script.closeInput()
    _ = script.wait()
  }

  /// Where a file of the box lies, seen from outside.
  public func path(_ inside: String) -> String { "/proc/\(leader)/root\(inside)" }

  public func write(_ text: String, to inside: String) throws {
    let outside = URL(filePath: path(inside))
    try FileManager.default.createDirectory(
      at: outside.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: outside, atomically: false, encoding: .utf8)
  }

  /// Copies a program of this package into the box.
  public func install(program: String, as inside: String) throws {
    try? FileManager.default.removeItem(atPath: path(inside))
    try FileManager.default.copyItem(atPath: Built.program(program), toPath: path(inside))
  }

  /// Runs a command inside; its output has both streams.
  @discardableResult
  public func run(_ command: String...) throws -> (status: Int32, output: String) {
    try enter(command)
  }

  private func enter(_ command: [String]) throws -> (status: Int32, output: String) {
    try ChildProcess.run(
      "/usr/bin/nsenter",
      [
        "--target", "\(leader)", "--all", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        "LANG=C.UTF-8", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER=cat",
      ] + command, mergingErrors: true)
  }

  /// The same, where anything but success is an error.
  @discardableResult
  public func must(_ command: String...) throws -> String {
    let result = try enter(command)
    guard result.status == 0 else {
      throw Failure(
        description: "\(command.joined(separator: " ")): \(result.status)\n\(result.output)")
    }
    return result.output
  }

  /// A property of a unit, as `systemctl show` prints it.
  public func property(_ name: String, of unit: String) throws -> String {
    try must("systemctl", "show", "--value", "-p", name, unit)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The journal's entries of a unit, each with its fields; also systemd's own about it.
  public func journal(of unit: String) throws -> [[String: String]] {
    try run("journalctl", "--sync")
    return try must("journalctl", "-u", unit, "-o", "json", "--no-pager").split(separator: "\n")
      .compactMap {
        let entry = try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        return entry?.compactMapValues { $0 as? String }
      }
  }

  /// Waits until `condition` holds; false where it does not within a time that no healthy machine
  /// needs.
  public func waits(until condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<1200 {
      if try condition() { return true }
      usleep(50_000)
    }
    return false
  }

  /// Stops the thread named `name` of a unit's main process, for good, while its others go on.
  public func freeze(thread name: String, of unit: String) throws {
    let main = try property("MainPID", of: unit)
    guard let process = outsideIdentifier(of: main) else {
      throw Failure(description: "no process \(main) in the box")
    }
    let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
    let task = tasks.first {
      let comm = try? String(contentsOfFile: "/proc/\(process)/task/\($0)/comm", encoding: .utf8)
      return comm == name + "\n"
    }
    guard let task, let identifier = Int32(task) else {
      throw Failure(description: "no thread \(name) in process \(main)")
    }
    let error = thread_freeze(identifier)
    if error != 0 { throw Failure(description: "freezing: \(String(cString: strerror(error)))") }
  }

  /// The names of the threads of a unit's main process.
  public func threads(of unit: String) throws -> [String] {
    let main = try property("MainPID", of: unit)
    return try must("sh", "-c", "cat /proc/\(main)/task/*/comm").split(separator: "\n")
      .map(String.init)
  }

  /// What a process of the box is called outside of it.
  private func outsideIdentifier(of inside: String) -> String? {
    let files = FileManager.default
    let namespace = try? files.destinationOfSymbolicLink(atPath: "/proc/\(leader)/ns/pid")
    let all = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.first { identifier in
      guard Int32(identifier) != nil,
        let own = try? files.destinationOfSymbolicLink(atPath: "/proc/\(identifier)/ns/pid"),
        own == namespace,
        let status = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
      else { return false }
      let numbers = status.split(separator: "\n").first { $0.hasPrefix("NSpid:") }
      return numbers?.split(separator: "\t").last.map(String.init) == inside
    }
  }
}
