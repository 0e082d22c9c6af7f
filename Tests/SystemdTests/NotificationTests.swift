import Foundation
import ProcessTesting
import Testing

/// The service manager's end of NOTIFY_SOCKET.
private final class NotifySocket {
  private let descriptor: Int32
  let path: String

  init(path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0)
    // A message that never comes fails the test instead of holding it for ever.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func receive() throws -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    try #require(count > 0, "no message came")
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  /// The next message that is no sign of life.
  func receiveNews() throws -> String {
    while true {
      let message = try receive()
      if message != "WATCHDOG=1" { return message }
    }
  }
}

@Suite("Notification of the service manager")
struct NotificationTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a service tells its start, signs of life, reloads and stop, in systemd's own words")
  func lifeCycle() throws {
    let configuration = folder.file("ecgd.yaml")
    try "alarm: {limit: 3}\n".write(toFile: configuration, atomically: false, encoding: .utf8)
    let manager = try NotifySocket(path: folder.file("notify"))
    let service = try ChildProcess(
      Built.program("stand-in-service"), ["--config", configuration],
      environment: ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "400000"],
      standardError: .nullDevice)
    #expect(try manager.receive() == "EXTEND_TIMEOUT_USEC=2500000")
    #expect(try manager.receive() == "READY=1\nSTATUS=limit 3.0")
    #expect(try manager.receive() == "WATCHDOG=1")
    #expect(try manager.receive() == "WATCHDOG=1")

    try "alarm: {limit: 4}\n".write(toFile: configuration, atomically: false, encoding: .utf8)
    service.send(SIGHUP)
    let reloading = try manager.receiveNews().split(separator: "\n")
    #expect(reloading.first == "RELOADING=1")
    let time = try #require(reloading.last?.split(separator: "=").last.flatMap { Double($0) })
    let now = ProcessInfo.processInfo.systemUptime * 1e6
    #expect(reloading.last?.hasPrefix("MONOTONIC_USEC=") == true)
    #expect(time > 0 && time <= now + 1e6)
    #expect(try manager.receiveNews() == "READY=1\nSTATUS=limit 4.0")

    service.send(SIGTERM)
    #expect(try manager.receiveNews() == "STOPPING=1\nSTATUS=closing")
    #expect(service.wait() == 0)
  }

  @Test("without a manager a service runs all the same, with lines on standard error")
  func withoutManager() throws {
    let configuration = folder.file("ecgd.yaml")
    try "".write(toFile: configuration, atomically: false, encoding: .utf8)
    let log = folder.file("log")
    try "".write(toFile: log, atomically: false, encoding: .utf8)
    let service = try ChildProcess(
      Built.program("stand-in-service"), ["--config", configuration],
      standardError: FileHandle(forWritingAtPath: log))
    let read = { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
    while !read().contains("watching"), service.isRunning { usleep(10_000) }
    service.send(SIGINT)
    #expect(service.wait() == 0)
    let line = try #require(read().split(separator: "\n").first)
    // 2026-01-31T12:00:00.000Z info: ...; the line's end inside a value is made visible.
    let expected =
      #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: watching state file="two\\u\{a\}lines" stream=bed-1/#
    #expect(line.wholeMatch(of: expected) != nil, "\(line)")
  }

  @Test("a bad configuration ends a service with status 78 and the line on standard error")
  func badConfiguration() throws {
    let configuration = folder.file("ecgd.yaml")
    try "alarm:\n  limit: x\n".write(toFile: configuration, atomically: false, encoding: .utf8)
    let result = try ChildProcess.run(
      Built.program("stand-in-service"), ["--config", configuration], mergingErrors: true)
    #expect(result.status == 78)
    #expect(
      result.output.contains(
        "ecgd.yaml:2: alarm.limit: expected model, or a number from 0 to 1000000, found 'x'"))
  }

  @Test("sockets handed over are taken once, with their names, and only by whom they are meant for")
  func inheritedSockets() throws {
    let list = { (owner: String) in
      try ChildProcess.run(
        "/bin/sh",
        [
          "-c",
          "LISTEN_PID=\(owner) LISTEN_FDS=2 LISTEN_FDNAMES=samples:alerts "
            + "exec \(Built.program("stand-in-service")) --list-sockets 3</dev/null 4</dev/null",
        ]
      ).output
    }
    #expect(try list("$$") == #"["3=samples", "4=alerts"]"# + "\n[]\n")
    #expect(try list("1") == "[]\n[]\n")
  }
}
