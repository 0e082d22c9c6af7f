import ECGMonitor
import Foundation
import ProcessTesting
import Testing

@Suite(
  "The unit files",
  .enabled(if: access("/usr/bin/systemd-analyze", X_OK) == 0, "needs systemd-analyze"))
struct UnitFileTests {
  private static let folder = Built.packageRoot + "/systemd"

  private func analyze(_ words: String...) throws -> (status: Int32, output: String) {
    try ChildProcess.run("/usr/bin/systemd-analyze", words, mergingErrors: true)
  }

  /// Tenths of systemd-analyze's figure: 1.2 with TCP, 0.5 without any network.
  @Test(
    "each sandbox is rated as tight as is promised",
    arguments: [("ecgd", 12), ("ecgdash", 12), ("ecgd-local", 5), ("ecgdash-local", 5)])
  func security(_ unit: String, _ tenths: Int) throws {
    let result = try analyze(
      "security", "--offline=true", "--threshold=\(tenths)", "\(Self.folder)/\(unit).service")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.contains("Overall exposure level"))
  }

  @Test("no unit has an unknown or wrong key")
  func verify() throws {
    // The programs need not be installed to verify the rest.
    let folder = try TemporaryFolder()
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted()
    #expect(names.count >= 8)
    for name in names {
      try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
        .replacing(#/ExecStart=[^ \n]+/#, with: "ExecStart=/bin/true")
        .write(toFile: folder.file(name), atomically: false, encoding: .utf8)
    }
    for name in names {
      let good = try analyze("verify", "--recursive-errors=yes", folder.file(name))
      #expect(good.status == 0 && good.output.isEmpty, "\(good.output)")
    }
    let copy = folder.file("ecgd.service")
    try String(contentsOfFile: copy, encoding: .utf8)
      .replacing("WatchdogSec", with: "WatchdogSek")
      .write(toFile: copy, atomically: false, encoding: .utf8)
    let bad = try analyze("verify", "--recursive-errors=yes", copy)
    #expect(bad.output.contains("WatchdogSek"), "the check sees what it is to see")
  }
}
