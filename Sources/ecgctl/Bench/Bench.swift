import ArgumentParser

/// `ecgctl bench`: how fast this machine is at what ecgd does.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure how much this machine carries.",
    subcommands: [KernelsBench.self, PipelineBench.self, DaemonBench.self, DaemonSoak.self])
}
