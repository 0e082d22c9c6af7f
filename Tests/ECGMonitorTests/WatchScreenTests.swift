import ECGWire
import Foundation
import PipelineTesting
import ProcessTesting
import Testing

/// `ecgctl watch` on a terminal, before a daemon in this process.
@Suite(.serialized) struct WatchScreenTests {
  private func watch(_ bench: DaemonBench, noColour: Bool = false) throws
    -> TerminalProcess
  {
    try TerminalProcess(
      Built.program("ecgctl"),
      [
        "watch", "--endpoint", "ipc://\(bench.folder.file("alerts"))", "--control",
        "ipc://\(bench.folder.file("control"))",
      ], environment: ["NO_COLOR": noColour ? "1" : ""])
  }

  /// A bed whose lead came off, with samples that have ended.
  private func play(_ bench: DaemonBench) throws {
    var samples = Player.synthetic(seconds: 30, seed: 3).samples
    for i in 7200..<samples.count { samples[i] = .nan }
    var gateway = TestGateway(try bench.gateway())
    try gateway.play(samples, packets: 360, isLast: false)
    try bench.wait { $0.streams.first?.alarms.contains("leadOff") ?? false }
  }

  @Test func theTableShowsABedAndItsAlarmAndKeysActOnIt() throws {
    let bench = try DaemonBench(TestModel.slidingModel(), silentAfterSeconds: 600)
    let terminal = try watch(bench)
    _ = terminal.screen { $0.contains { $0.contains("No bed has sent anything yet") } }
    try play(bench)
    var screen = terminal.screen { $0.contains { $0.contains("!!  lead off") } }
    let row = try #require(screen.first { $0.hasPrefix("> bed-1") }, "\(screen)")
    #expect(row.contains("lead off") && row.contains("!!  lead off"))
    // Nothing that was measured before the lead came off is shown as if it were going on.
    #expect(row.contains("–") && !row.contains("■"))
    #expect(screen[0].contains("1 bed ") && screen[0].contains("on, 0 high"))
    #expect(terminal.output.contains("\u{1b}[30;43m"), "the colour of medium priority")
    #expect(screen.count <= terminal.rows)
    #expect(screen.allSatisfy { $0.count <= terminal.columns })

    terminal.type("a")
    // The event and the answer come on two sockets, in either order.
    screen = terminal.screen { lines in
      lines.contains { $0.contains("!!  lead off (ack)") }
        && lines.contains { $0.contains("bed-1: lead off acknowledged") }
    }
    #expect(screen.contains { $0.contains("!!  lead off (ack)") }, "\(screen)")
    #expect(screen.contains { $0.contains("bed-1: lead off acknowledged") }, "\(screen)")
    let signals = try bench.status().streams.first?.signals
    let told = signals?.first { $0.condition == .leadOff }?.acknowledged
    #expect(told?.by == NSUserName())

    terminal.type("p")
    screen = terminal.screen { lines in
      lines.contains { $0.hasPrefix("> bed-1     paused") }
        && lines.contains { $0.contains("bed-1: alarms paused for 120 s") }
    }
    #expect(screen.contains { $0.hasPrefix("> bed-1     paused") }, "\(screen)")
    #expect(screen.contains { $0.contains("bed-1: alarms paused for 120 s") }, "\(screen)")
    #expect(try bench.status().streams.first?.paused != nil)
    terminal.type("r")
    _ = terminal.screen { $0.contains { $0.contains("bed-1: alarms no longer paused") } }
    #expect(try bench.status().streams.first?.paused == nil)

    terminal.type("q")
    #expect(terminal.wait() == 0)
    // The terminal is given back as it was.
    #expect(terminal.output.hasSuffix("\u{1b}[?25h\u{1b}[?1049l"))
    bench.daemon.stop()
  }

  @Test func aDaemonThatIsGoneCannotBeOverlooked() throws {
    let bench = try DaemonBench(TestModel.slidingModel())
    let terminal = try watch(bench, noColour: true)
    _ = terminal.screen { $0.first?.hasPrefix("ecgd test ") ?? false }
    bench.daemon.stop()
    let screen = terminal.screen { $0.first?.contains("NO ANSWER FROM ecgd") ?? false }
    #expect(screen.first?.contains("NO ANSWER FROM ecgd") == true, "\(screen)")
    #expect(!terminal.output.contains("\u{1b}[1;37;41m"))
    terminal.type("q")
    #expect(terminal.wait() == 0)
  }
}
