import ECGMonitor
import Foundation
import ProcessTesting
import Testing

/// The daemon, and the parts for systemd joined in the smallest service, under a real systemd with
/// the shipped unit and all of its sandbox.
@Suite(
  "A service under systemd", .serialized,
  .enabled(if: SystemdBox.obstacle == nil, "\(SystemdBox.obstacle ?? "")"))
struct ServiceTests {
  @Test(
    "it is up when it says so, with its status, in its own state directory", arguments: Subject.all)
  func starts(_ subject: Subject) throws {
    let service = try ServiceFixture(subject)
    try service.start()
    #expect(try service.property("ActiveState") == "active")
    #expect(try service.property("SubState") == "running")
    #expect(try !service.property("StatusText").isEmpty)
    #expect(try service.property("WatchdogUSec") == "5s")
    #expect(try service.property("NRestarts") == "0")
    #expect(try service.box.run("test", "-d", "/var/lib/private/ecgd").status == 0)
    #expect(try service.property("DynamicUser") == "yes")
  }

  @Test("its messages are in the journal with their fields")
  func journalFields() throws {
    let service = try ServiceFixture(.standIn)
    try service.start()
    let entry = try #require(try service.journal().first { $0["MESSAGE"] == "watching" })
    #expect(entry["PRIORITY"] == "6")
    #expect(entry["SYSLOG_IDENTIFIER"] == "ecgd")
    #expect(entry["ECGD_STREAM"] == "bed-1")
    #expect(entry["ECGD_STATE_FILE"] == "two\nlines")
    #expect(entry["_TRANSPORT"] == "journal")
  }

  @Test(
    "a reload applies a good file, and a bad one leaves the old in force", arguments: Subject.all)
  func reloads(_ subject: Subject) throws {
    let service = try ServiceFixture(subject)
    try service.start()
    let process = try service.property("MainPID")
    try service.configure("alarm: {limit: 7}\nstreams: {maximum: 3}\n")
    try service.box.must("systemctl", "reload", ServiceFixture.unit)
    #expect(try service.waitUntil { try service.journalSays("alarm.limit: model -> 7") })
    #expect(try service.waitUntil { try service.journalSays("streams.maximum: 256 -> 3") })

    try service.configure("alarm:\n  limit: 8\n  limits: 9\n")
    try service.box.must("systemctl", "reload", ServiceFixture.unit)
    #expect(
      try service.waitUntil {
        try service.journalSays("/etc/ecgd/ecgd.yaml:3: alarm.limits: unknown key")
      })
    #expect(try service.property("ActiveState") == "active")
    #expect(try service.property("MainPID") == process)

    // The old limit is still in force: what changes next changes from it.
    try service.configure("alarm: {limit: 9}\nstreams: {maximum: 3}\n")
    try service.box.must("systemctl", "reload", ServiceFixture.unit)
    #expect(try service.waitUntil { try service.journalSays("alarm.limit: 7 -> 9") })
  }

  @Test(
    "a bad file keeps it from starting, with status 78, and it is not tried again",
    arguments: Subject.all)
  func refuses(_ subject: Subject) throws {
    let service = try ServiceFixture(subject)
    try service.configure("alarms: {}\n")
    #expect(try service.box.run("systemctl", "start", ServiceFixture.unit).status != 0)
    #expect(try service.property("ExecMainStatus") == "78")
    #expect(try service.property("ActiveState") == "failed")
    #expect(try service.property("NRestarts") == "0")
    #expect(try service.journalSays("ecgd.yaml:1: alarms: unknown key; did you mean 'alarm'?"))
  }

  @Test("each thread that hangs in turn is named, killed and started anew", arguments: Subject.all)
  func hangs(_ subject: Subject) throws {
    let service = try ServiceFixture(subject, dropIn: "WatchdogSec=1s")
    try service.start()
    let threads = try service.box.threads(of: ServiceFixture.unit)
    #expect(Set(threads).isSuperset(of: subject.threads), "\(threads)")
    for (index, thread) in subject.threads.enumerated() {
      try service.box.freeze(thread: thread, of: ServiceFixture.unit)
      #expect(
        try service.waitUntil {
          try service.property("NRestarts") == "\(index + 1)"
            && service.property("ActiveState") == "active"
        })
      let named = try service.journal().contains {
        $0["ECGD_REASON"] == "stalled" && $0["ECGD_THREADS"] == thread
      }
      #expect(named, "\(thread)")
    }
    #expect(try service.journalSays("Watchdog timeout"))
  }

  @Test("a main thread that hangs is killed and started anew", arguments: Subject.all)
  func mainHangs(_ subject: Subject) throws {
    let service = try ServiceFixture(subject, dropIn: "WatchdogSec=1s")
    try service.start()
    let main = try service.box.must(
      "sh", "-c", "cat /proc/\(service.property("MainPID"))/comm")
    try service.box.freeze(
      thread: main.trimmingCharacters(in: .newlines), of: ServiceFixture.unit)
    #expect(
      try service.waitUntil {
        try service.property("NRestarts") == "1" && service.property("ActiveState") == "active"
      })
  }

  @Test("one that is merely idle is left alone by the watchdog", arguments: Subject.all)
  func idles(_ subject: Subject) throws {
    let service = try ServiceFixture(subject, dropIn: "WatchdogSec=1s")
    try service.start()
    usleep(3_000_000)
    #expect(try service.property("NRestarts") == "0")
    #expect(try service.property("ActiveState") == "active")
  }

  @Test("kill -9 is survived", arguments: Subject.all)
  func killed(_ subject: Subject) throws {
    let service = try ServiceFixture(subject)
    try service.start()
    for round in 1...5 {
      let process = try service.property("MainPID")
      try service.box.must("systemctl", "kill", "-s", "KILL", ServiceFixture.unit)
      #expect(
        try service.waitUntil {
          try service.property("NRestarts") == "\(round)"
            && service.property("ActiveState") == "active"
        })
      #expect(try service.property("MainPID") != process)
    }
  }

  @Test("a stop closes it within a second, with success", arguments: Subject.all)
  func stops(_ subject: Subject) throws {
    let service = try ServiceFixture(subject, dropIn: "TimeoutStopSec=1s")
    try service.start()
    try service.box.must("systemctl", "stop", ServiceFixture.unit)
    #expect(try service.property("ActiveState") == "inactive")
    #expect(try service.property("ExecMainStatus") == "0")
    #expect(try !service.journalSays("timed out"))
  }
}
