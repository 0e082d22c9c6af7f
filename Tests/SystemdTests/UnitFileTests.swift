import Foundation
import ProcessTesting
import Testing

@Suite(
  "The unit file",
  .enabled(if: access("/usr/bin/systemd-analyze", X_OK) == 0, "needs systemd-analyze"))
struct UnitFileTests {
  let unit = Built.packageRoot + "/systemd/ecgd.service"

  @Test("its sandbox is rated at most 1.2 by systemd-analyze")
  func security() throws {
    let result = try ChildProcess.run(
      "/usr/bin/systemd-analyze", ["security", "--offline=true", "--threshold=12", unit],
      mergingErrors: true)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Overall exposure level"))
  }

  @Test("the one without network is rated at most 0.5")
  func securityWithoutNetwork() throws {
    let result = try ChildProcess.run(
      "/usr/bin/systemd-analyze",
      [
        "security", "--offline=true", "--threshold=5",
        Built.packageRoot + "/systemd/ecgd-local.service",
      ], mergingErrors: true)
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Overall exposure level"))
  }

  @Test("it has no unknown or wrong key")
  func verify() throws {
    // The program need not be installed to verify the rest of the unit.
    let folder = try TemporaryFolder()
    let text = try String(contentsOfFile: unit, encoding: .utf8)
      .replacing("ExecStart=/usr/bin/ecgd", with: "ExecStart=/bin/true")
    let copy = folder.file("ecgd.service")
    try text.write(toFile: copy, atomically: false, encoding: .utf8)
    let arguments = ["verify", "--recursive-errors=yes", copy]
    let good = try ChildProcess.run(
      "/usr/bin/systemd-analyze", arguments, mergingErrors: true)
    #expect(good.status == 0 && good.output.isEmpty, "\(good.output)")
    try text.replacing("WatchdogSec", with: "WatchdogSek")
      .write(toFile: copy, atomically: false, encoding: .utf8)
    let bad = try ChildProcess.run("/usr/bin/systemd-analyze", arguments, mergingErrors: true)
    #expect(bad.output.contains("WatchdogSek"), "the check sees what it is to see")
  }
}
