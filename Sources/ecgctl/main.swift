import ArgumentParser

/// The one tool around the daemon.
struct ECGControl: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ecgctl",
    abstract: "Replay recordings to ecgd, watch it, and ask it.",
    subcommands: [Replay.self])
}

ECGControl.main()
