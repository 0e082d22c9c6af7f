import ECGMonitor
import Foundation
import ProcessTesting
import Testing

/// The services without network and the ward page, for real under systemd with all of their sandbox.
@Suite(
  "The other services under systemd", .serialized,
  .enabled(if: SystemdBox.obstacle == nil, "\(SystemdBox.obstacle ?? "")"),
  .enabled(if: FileManager.default.fileExists(atPath: Subject.model), "needs the default model"),
  .enabled(if: access("/usr/bin/curl", X_OK) == 0, "needs curl"))
struct LocalServiceTests {
  /// A box with every unit, program and file that the package would bring.
  private func box() throws -> SystemdBox {
    let service = try ServiceFixture(.daemon)
    let box = service.box
    for program in ["ecgctl", "ecgdash"] {
      try box.install(program: program, as: "/usr/bin/\(program)")
    }
    let units = Built.packageRoot + "/systemd"
    for name in try FileManager.default.contentsOfDirectory(atPath: units) {
      try box.write(
        String(contentsOfFile: "\(units)/\(name)", encoding: .utf8),
        to: "/etc/systemd/system/\(name)")
    }
    try box.write(
      String(contentsOfFile: Built.packageRoot + "/Config/ecgd-local.yaml", encoding: .utf8),
      to: "/etc/ecgd/ecgd-local.yaml")
    try box.write(
      String(
        contentsOfFile: Built.packageRoot + "/Packaging/debian/sysusers.conf", encoding: .utf8),
      to: "/usr/lib/sysusers.d/ecgd.conf")
    try box.must("systemd-sysusers", "ecgd.conf")
    try box.must("systemctl", "daemon-reload")
    return box
  }

  private static let sockets = ["samples", "alerts", "waveforms", "control"].map {
    "ecgd-local-\($0).socket"
  }

  private func startLocal(_ box: SystemdBox) throws {
    for socket in Self.sockets { try box.must("systemctl", "start", socket) }
    try box.must("systemctl", "start", "ecgd-local.service")
  }

  /// Tenths of systemd-analyze's figure, of the unit as it runs.
  private func isRated(atMost tenths: Int, _ unit: String, _ box: SystemdBox) throws -> Bool {
    try box.run("systemd-analyze", "security", "--threshold=\(tenths)", unit).status == 0
  }

  private func answers(_ box: SystemdBox, _ request: String...) throws -> String {
    try box.run("sh", "-c", "curl -sS --max-time 5 \(request.joined(separator: " ")) 2>&1").output
  }

  private func healthCode(_ box: SystemdBox, _ place: String) throws -> String {
    try answers(box, place, "-o /dev/null -w '%{http_code}'")
  }

  @Test("the daemon serves on systemd's own unix sockets without network, and its page beside it")
  func local() throws {
    let box = try box()
    try startLocal(box)
    try box.must(
      "timeout", "60", "ecgctl", "replay", "synthetic:10", "--speed", "20", "--endpoint",
      "ipc:///run/ecgd-local/samples")
    let control = "ipc:///run/ecgd-local/control"
    let packets = #/"packets":([1-9][0-9]*)/#
    #expect(
      try box.must("ecgctl", "status", "--json", "--endpoint", control)
        .replacing(" ", with: "").contains(packets))
    // An operator need not be root, and is no gateway.
    func asOperator(_ command: String) throws -> Int32 {
      try box.run(
        "setpriv", "--reuid=65534", "--regid=ecgd-operators", "--clear-groups", "sh", "-c", command
      ).status
    }
    #expect(try asOperator("ecgctl status --endpoint \(control)") == 0)
    #expect(try asOperator("test -w /run/ecgd-local/samples") != 0)
    #expect(
      try box.run(
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ecgctl", "status",
        "--timeout", "1", "--endpoint", control
      ).status != 0)

    try box.must("systemctl", "start", "ecgdash-local.service")
    #expect(
      try box.waits {
        try healthCode(box, "--unix-socket /run/ecgdash-local/page http://localhost/healthz")
          == "200"
      })
    for unit in ["ecgd-local.service", "ecgdash-local.service"] {
      #expect(try isRated(atMost: 5, unit, box), "\(unit)")
      #expect(try box.property("NRestarts", of: unit) == "0")
      let process = try box.property("MainPID", of: unit)
      let interfaces = try box.must("cat", "/proc/\(process)/net/dev").split(separator: "\n")
      #expect(interfaces.dropFirst(2).allSatisfy { $0.contains("lo:") }, "\(interfaces)")
    }
    // A restart of the daemon refuses nobody: the sockets stay, and the page comes back by itself.
    try box.must("systemctl", "restart", "ecgd-local.service")
    #expect(try box.run("ecgctl", "status", "--endpoint", control).status == 0)
  }

  @Test("the ward page runs over TCP with all of its sandbox, and comes back from a kill -9")
  func page() throws {
    let box = try box()
    try box.must("systemctl", "start", "ecgd.service")
    try box.must("systemctl", "start", "ecgdash.service")
    #expect(
      try box.waits {
        try healthCode(box, "http://127.0.0.1:8790/healthz") == "200"
      })
    #expect(try answers(box, "http://127.0.0.1:8790/").contains("<html"))
    #expect(try isRated(atMost: 12, "ecgdash.service", box))
    #expect(try isRated(atMost: 12, "ecgd.service", box))
    try box.must("systemctl", "kill", "-s", "KILL", "ecgdash.service")
    #expect(
      try box.waits {
        try box.property("NRestarts", of: "ecgdash.service") == "1"
          && box.property("ActiveState", of: "ecgdash.service") == "active"
      })
    try box.must("systemctl", "stop", "ecgdash.service")
    #expect(try box.property("ExecMainStatus", of: "ecgdash.service") == "0")
    #expect(try box.property("NRestarts", of: "ecgd.service") == "0", "the daemon did not notice")
  }
}
