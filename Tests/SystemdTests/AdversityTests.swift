import ECGMonitor
import Foundation
import ProcessTesting
import Testing

/// What a daemon meets in years of running, under a real systemd with the shipped unit.
@Suite(
  "The daemon in adversity", .serialized,
  .enabled(if: SystemdBox.obstacle == nil, "\(SystemdBox.obstacle ?? "")"),
  .enabled(if: FileManager.default.fileExists(atPath: Subject.model), "needs the default model"))
struct AdversityTests {
  @Test(
    "a second instance says what is in its way, and the first goes on", arguments: ["tcp", "ipc"])
  func secondInstance(_ transport: String) throws {
    let service = try ServiceFixture(.daemon)
    let shipped = try String(
      contentsOfFile: Built.packageRoot + "/Config/ecgd.yaml", encoding: .utf8)
    var ports = shipped
    if transport == "ipc" {
      for port in 5601...5604 {
        ports = ports.replacing(
          "endpoint: tcp://127.0.0.1:\(port)", with: "endpoint: ipc:///run/ecgd/\(port)")
      }
    }
    try service.configure(ports)
    try service.start()
    let process = try service.property("MainPID")
    let second = try service.box.run(
      "timeout", "60", "/usr/bin/ecgd", "--config", ServiceFixture.configurationPath)
    #expect(second.status == 69, "\(second.output)")
    #expect(second.output.contains("Address already in use"), "\(second.output)")
    #expect(second.output.contains(transport == "ipc" ? "another process serves" : "bind tcp://"))
    #expect(try service.property("MainPID") == process)
    #expect(try service.property("ActiveState") == "active")
  }

  @Test("two instances on one state directory: the second says so")
  func sharedState() throws {
    let service = try ServiceFixture(.daemon)
    try service.start()
    let other = try String(
      contentsOfFile: Built.packageRoot + "/Config/ecgd.yaml", encoding: .utf8
    ).replacing("127.0.0.1:56", with: "127.0.0.1:57")
    try service.box.write(other, to: "/root/other.yaml")
    let second = try service.box.run(
      "env", "STATE_DIRECTORY=/var/lib/private/ecgd", "timeout", "60", "/usr/bin/ecgd",
      "--config", "/root/other.yaml")
    #expect(second.status == 69, "\(second.output)")
    #expect(second.output.contains("another ecgd keeps its state there"), "\(second.output)")
  }

  @Test("being stopped and continued, shorter than the watchdog's time, is survived")
  func stoppedAndContinued() throws {
    let service = try ServiceFixture(.daemon)
    try service.start()
    let process = try service.property("MainPID")
    // Every wait of every thread is interrupted, many times.
    for _ in 0..<50 {
      try service.box.must("systemctl", "kill", "-s", "STOP", ServiceFixture.unit)
      try service.box.must("systemctl", "kill", "-s", "CONT", ServiceFixture.unit)
    }
    try service.box.must("systemctl", "kill", "-s", "STOP", ServiceFixture.unit)
    usleep(2_000_000)
    try service.box.must("systemctl", "kill", "-s", "CONT", ServiceFixture.unit)
    usleep(1_000_000)
    #expect(try service.property("MainPID") == process)
    #expect(try service.property("NRestarts") == "0")
    try service.box.must("systemctl", "reload", ServiceFixture.unit)
    #expect(try service.waitUntil { try service.journalSays("nothing changed") })
  }

  @Test("being stopped for longer than the watchdog's time ends in a restart")
  func stoppedForLong() throws {
    let service = try ServiceFixture(.daemon, dropIn: "WatchdogSec=1s")
    try service.start()
    try service.box.must("systemctl", "kill", "-s", "STOP", ServiceFixture.unit)
    #expect(
      try service.waitUntil {
        try service.property("NRestarts") == "1" && service.property("ActiveState") == "active"
      })
  }

  @Test("without descriptors left it refuses new peers, and takes them again when it has some")
  func descriptors() throws {
    let service = try ServiceFixture(.daemon, dropIn: "LimitNOFILE=48")
    try service.box.install(program: "ecgctl", as: "/usr/bin/ecgctl")
    try service.start()
    let process = try service.property("MainPID")
    // Bare connections, more than there are descriptors, for three seconds.
    try service.box.must(
      "bash", "-c",
      "for i in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/5602; sleep 3) & done; wait")
    #expect(try service.property("MainPID") == process)
    #expect(try service.property("NRestarts") == "0")
    #expect(
      try service.waitUntil { try service.box.run("/usr/bin/ecgctl", "status").status == 0 })
  }

  @Test(
    "a start that is slower than the unit's time-out is waited for",
    .enabled(if: Adversity.obstacle == nil, "\(Adversity.obstacle ?? "")"))
  func slowStart() throws {
    let service = try ServiceFixture(
      .daemon, dropIn: "TimeoutStartSec=1s", adversity: "slow=3000 default.safetensors")
    try service.start()
    #expect(try service.property("ActiveState") == "active")
    #expect(try service.property("NRestarts") == "0")
    let began = try #require(UInt64(service.property("InactiveExitTimestampMonotonic")))
    let active = try #require(UInt64(service.property("ActiveEnterTimestampMonotonic")))
    #expect(active - began >= 3_000_000, "it was slow")
  }

  /// Packets of a ward at the daemon, and what it says of them.
  private func samples(_ service: ServiceFixture) throws -> (count: Int, lost: Int, alarms: String)
  {
    let text = try service.box.must("/usr/bin/ecgctl", "status", "--json")
    let answer = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    let report = answer["status"] as? [String: Any] ?? answer
    let streams = report["streams"] as? [[String: Any]] ?? []
    let sum = { (key: String) in streams.reduce(0) { $0 + ($1[key] as? Int ?? 0) } }
    return (sum("samples"), sum("lost"), streams.map { "\($0["alarms"] ?? "")" }.joined())
  }

  /// A real-time gateway inside, for as long as the box is there.
  private func startGateway(_ service: ServiceFixture) throws {
    try service.box.install(program: "ecgctl", as: "/usr/bin/ecgctl")
    try service.box.must(
      "systemd-run", "--quiet", "--unit=gateway", "/usr/bin/ecgctl", "replay", "synthetic:600")
    #expect(try service.waitUntil { try samples(service).count > 0 })
  }

  @Test(
    "steps of the wall clock lose no sample, raise no alarm, and forget nothing at a restart",
    .enabled(if: Adversity.obstacle == nil, "\(Adversity.obstacle ?? "")"))
  func clockSteps() throws {
    let service = try ServiceFixture(.daemon, dropIn: "WatchdogSec=2s", adversity: "clock=0")
    try service.start()
    let process = try service.property("MainPID")
    try startGateway(service)
    let (hour, year) = (3600, 365 * 86400)
    for step in [hour, year, -hour, -year, 0] {
      try Adversity.set("clock=\(step)", in: service.box)
      let before = try samples(service).count
      #expect(try service.waitUntil { try samples(service).count > before + 360 })
    }
    #expect(try service.property("MainPID") == process)
    #expect(try service.property("NRestarts") == "0")
    let (_, lost, alarms) = try samples(service)
    #expect(lost == 0)
    #expect(!alarms.contains("Silent") && !alarms.contains("gap"), "\(alarms)")
    // The checkpoint's age does not go by the wall clock.
    try Adversity.set("clock=\(-year)", in: service.box)
    try service.box.must("systemctl", "restart", ServiceFixture.unit)
    #expect(try service.waitUntil { try service.journalSays("1 of 1 patients are known") })
  }

  @Test(
    "waits and transfers that signals interrupt are taken up again",
    .enabled(if: Adversity.obstacle == nil, "\(Adversity.obstacle ?? "")"))
  func interrupted() throws {
    let service = try ServiceFixture(.daemon, dropIn: "WatchdogSec=2s", adversity: "interrupt=3")
    try service.start()
    try startGateway(service)
    let before = try samples(service).count
    #expect(try service.waitUntil { try samples(service).count > before + 3 * 360 })
    try service.box.must("systemctl", "reload", ServiceFixture.unit)
    #expect(try service.waitUntil { try service.journalSays("nothing changed") })
    #expect(try samples(service).lost == 0)
    try service.box.must("systemctl", "restart", ServiceFixture.unit)
    #expect(try service.waitUntil { try service.journalSays("1 of 1 patients are known") })
    try service.box.must("systemctl", "stop", ServiceFixture.unit)
    #expect(try service.property("ExecMainStatus") == "0")
    #expect(try service.property("NRestarts") == "0")
    let errors = try service.journal().filter { $0["PRIORITY"].flatMap { Int($0) } ?? 7 <= 3 }
    #expect(errors.isEmpty, "\(errors.map { $0["MESSAGE"] ?? "" })")
  }

  @Test("the kernel's name of the boot reaches the sandbox")
  func bootIdentifier() throws {
    let service = try ServiceFixture(.daemon)
    try service.start()
    let boot = try service.box.must("cat", "/proc/sys/kernel/random/boot_id")
    let seen = try service.box.must("cat", "/run/credentials/ecgd.service/boot-id")
    #expect(seen == boot)
  }
}
