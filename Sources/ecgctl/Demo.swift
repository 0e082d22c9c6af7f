import ArgumentParser
import ECGCore
import ECGMonitor
import ECGWire
import Foundation

/// `ecgctl demo`: starts a daemon, plays a recording to it faster than real time, shows each alert
/// as it arrives, and sums up what was expected and what was found.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Play a recording through a daemon of its own and sum up.",
    discussion: """
      Starts ecgd from the folder that ecgctl is in, with a journal of its own that is removed \
      afterwards. Leaves with status 0 where every sample was judged, at least one alert was \
      raised, and every alarm that started has ended.
      """)

  @Argument(help: "As for replay: dir/208, file.csv, file.npz or synthetic:SECONDS.")
  var record: String

  @OptionGroup var setup: EvaluationSetup

  @Option(help: "The sample rate in Hz of a CSV, NPZ or synthetic input.")
  var rate: Double?

  @Option(help: "The array of an NPZ file to play.")
  var key: String?

  @Option(help: "How many times faster than real time; so that it takes about 15 s by default.")
  var speed: Double?

  @Option(help: "The seed of a synthetic input.")
  var seed: UInt64 = 1

  @Option(help: "Beats known to be in a recording without annotations: normal,ectopic.")
  var known: String?

  private static let defaultSeconds = 15.0

  private var replayArguments: [String] {
    (rate.map { ["--rate", "\($0)"] } ?? []) + (key.map { ["--key", $0] } ?? [])
  }

  func run() throws {
    step("1/4", "running the pipeline once without sockets, to compare with")
    let evaluation = try evaluate()
    step("2/4", "starting ecgd with \(setup.config)")
    let daemon = try DemoDaemon(config: setup.config)
    defer { daemon.stop() }
    let started = try daemon.waitUntilUp()
    say("      ecgd \(started.version), model \(started.model?.name ?? "?"), up\n")
    let seconds = Double(evaluation.samples) / evaluation.sampleRate.hertz
    let speed = (speed ?? max(1, seconds / Self.defaultSeconds)).rounded()
    step("3/4", "playing \(record) at \(Int(speed)) x real time; alerts as they arrive:\n")
    let watch = try DemoDaemon.tool("ecgctl", ["watch"])
    defer { DemoDaemon.end(watch, SIGINT) }
    Thread.sleep(forTimeInterval: 0.3)
    let replay = try DemoDaemon.tool(
      "ecgctl",
      [
        "replay", record, "--speed", "\(speed)", "--mode", "demo", "--progress", "--seed",
        "\(seed)",
      ]
        + replayArguments)
    replay.waitUntilExit()
    guard replay.terminationStatus == 0 else {
      throw daemon.failure("replay left with status \(replay.terminationStatus)")
    }
    let status = try daemon.waitUntilJudged(samples: Int64(evaluation.samples))
    let alerts = try daemon.alerts()
    DemoDaemon.end(watch, SIGINT)
    step("4/4", "summary\n")
    let summary = DemoSummary(
      status: status, alerts: alerts, evaluation: evaluation, known: known)
    say(summary.text)
    guard summary.isGood else { throw ExitCode.failure }
  }

  private func evaluate() throws -> RecordEvaluation {
    let setup = try setup.load()
    do throws(ReplayError) {
      return try setup.evaluate(record, rate: rate, key: key, seed: seed)
    } catch {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(error.status)
    }
  }

  private func step(_ number: String, _ text: String) { say("[\(number)] \(text)") }

  private func say(_ text: String) {
    // Past the buffer: other programs write to the same terminal.
    FileHandle.standardOutput.write(Data("\(text)\n".utf8))
  }
}
