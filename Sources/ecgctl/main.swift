import ArgumentParser
import ECGMonitor

/// The one tool around the daemon.
struct ECGControl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ecgctl",
    abstract: "Replay recordings to ecgd, watch it, and ask it.",
    version: Version.text,
    subcommands: [
      Watch.self, Status.self, Alerts.self, Report.self, Explain.self, Replay.self, Evaluate.self,
      Score.self, Model.self,
      Demo.self, Extract.self, Denoise.self, CheckConfig.self, Keygen.self, Keys.self, Bench.self,
    ])
}

ECGControl.main()
