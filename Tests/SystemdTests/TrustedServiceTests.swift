import ECGMonitor
import Foundation
import ProcessTesting
import Testing

/// Keys under a real systemd with the shipped unit: where the secret lies, and that a reload is
/// enough to take a key out of force.
@Suite(
  "The daemon with keys under systemd", .serialized,
  .enabled(if: SystemdBox.obstacle == nil, "\(SystemdBox.obstacle ?? "")"),
  .enabled(if: FileManager.default.fileExists(atPath: Subject.model), "needs the default model"))
struct TrustedServiceTests {
  /// A daemon that asks for keys, its own still outside of the configuration's folder, and an
  /// operator's.
  private func service(_ dropIn: String) throws -> ServiceFixture {
    let service = try ServiceFixture(.daemon, dropIn: dropIn)
    let box = service.box
    try box.install(program: "ecgctl", as: "/usr/bin/ecgctl")
    let shipped = try String(
      contentsOfFile: Built.packageRoot + "/Config/ecgd.yaml", encoding: .utf8)
    try service.configure(
      shipped.replacing("secret: none", with: "secret: ecgd.key")
        .replacing("authorized: none", with: "authorized: authorized_keys"))
    try box.must("sh", "-c", "ecgctl keygen /root/ecgd.key > /root/ecgd.pub")
    try box.must("sh", "-c", "ecgctl keygen /root/station.key > /root/station.pub")
    try keys(box, "authorize", "operator", "station", "\"$(cat /root/station.pub)\"", "'*'")
    return service
  }

  private func keys(_ box: SystemdBox, _ words: String...) throws {
    try box.must(
      "sh", "-c",
      "ecgctl keys " + words.joined(separator: " ") + " --file /etc/ecgd/authorized_keys")
  }

  private func status(_ box: SystemdBox) throws -> Int32 {
    try box.run(
      "sh", "-c",
      "ecgctl status --key-file /root/station.key --server-key \"$(cat /root/ecgd.pub)\" --timeout 2"
    ).status
  }

  @Test("an encrypted credential is its secret key; a key revoked by a reload gets nothing more")
  func encryptedCredential() throws {
    let service = try service(
      "LoadCredentialEncrypted=ecgd.key:/etc/ecgd/ecgd.key.cred\nWatchdogSec=2s")
    let box = service.box
    try box.must(
      "systemd-creds", "encrypt", "--name=ecgd.key", "/root/ecgd.key", "/etc/ecgd/ecgd.key.cred")
    let secret = try box.must("cat", "/root/ecgd.key").prefix(40)
    #expect(try !box.must("cat", "/etc/ecgd/ecgd.key.cred").contains(secret))
    try service.start()
    #expect(try service.waitUntil { try status(box) == 0 })
    #expect(try box.run("ecgctl", "status", "--timeout", "1").status != 0, "no key, no answer")
    // Nobody but the daemon and root reads it.
    #expect(
      try box.run(
        "setpriv", "--reuid=65534", "--clear-groups", "cat",
        "/run/credentials/ecgd.service/ecgd.key"
      ).status != 0)

    try keys(box, "revoke", "station")
    try box.must("systemctl", "reload", ServiceFixture.unit)
    #expect(try service.waitUntil { try service.journalSays("no longer authorised: station") })
    #expect(try status(box) != 0)
    #expect(try service.property("NRestarts") == "0")

    // The thread that answers handshakes is looked after like every other.
    try box.freeze(thread: "zap", of: ServiceFixture.unit)
    #expect(
      try service.waitUntil {
        try service.property("NRestarts") == "1" && service.property("ActiveState") == "active"
      })
  }

  @Test("a secret key that everybody may read keeps it from starting, with the reason")
  func readableKey() throws {
    let service = try service("")
    let box = service.box
    try box.must("cp", "/root/ecgd.key", "/etc/ecgd/ecgd.key")
    try box.must("chmod", "0644", "/etc/ecgd/ecgd.key")
    #expect(try box.run("systemctl", "start", ServiceFixture.unit).status != 0)
    #expect(try service.property("ExecMainStatus") == "78")
    #expect(try service.property("NRestarts") == "0")
    #expect(try service.journalSays("/etc/ecgd/ecgd.key: refused, its mode is 0644"))
  }
}
