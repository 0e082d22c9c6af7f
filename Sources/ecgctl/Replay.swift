import ArgumentParser
import ECGWire

/// `ecgctl replay`: a gateway that plays a recording instead of a patient.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Send a recording to ecgd as a gateway would.",
    discussion: """
      RECORD is a WFDB record (dir/208), a CSV file with a header row, an NPZ or NPY file, or \
      synthetic:SECONDS. Sample numbers are the recording's own, so that alerts can be compared \
      with its annotations.

      Exit status: 0 sent, 64 usage, 65 bad data, 66 no such input, 69 nobody took the packets.
      """)

  @Argument(help: "dir/208, file.csv, file.npz or synthetic:SECONDS", completion: .file())
  var record: String

  @OptionGroup(title: "Where to") var target: ReplayTarget
  @OptionGroup(title: "What") var selection: ReplaySelection
  @OptionGroup(title: "Faults") var faults: ReplayFaults

  @Option(help: "1 (real time), a factor, or max")
  var speed = ReplaySpeed.times(1)

  @Flag(help: "Begin again at the end, with sample numbers that go on, until interrupted.")
  var loop = false

  @Flag(help: "Show progress on standard error.")
  var progress = false

  @Flag(help: "Print the report as JSON.")
  var json = false

  func validate() throws {
    guard selection.packetSamples >= 1 else {
      throw ValidationError("--packet-samples must be 1 or more")
    }
    guard (1...10_000).contains(target.copies) else {
      throw ValidationError("--copies must be 1 to 10000")
    }
    guard selection.from >= 0, selection.from < 1e9 else {
      throw ValidationError("--from must be 0 or more seconds")
    }
    if let duration = selection.duration {
      guard duration > 0, duration < 1e9 else {
        throw ValidationError("--duration must be more than 0 seconds")
      }
    }
    try faults.validateTogether()
    _ = try target.streams(record: record)
  }

  func run() throws {
    do throws(ReplayError) {
      let report = try replay()
      print(json ? report.json : report.text)
    } catch {
      ReplayConsole.error("ecgctl replay: \(error)")
      throw ExitCode(error.status)
    }
  }

  private func replay() throws(ReplayError) -> ReplayReport {
    let input = try ReplayInput(
      record: record, rate: selection.rate, key: selection.key, seed: faults.seed)
    for warning in input.warnings { ReplayConsole.error("ecgctl replay: \(warning)") }
    let source = try ReplaySource(input, selection: selection)
    let plan = try faults.plan(source)
    let noise = try faults.mixers(input: input, source: source)
    let streams: [ReplayStream]
    do {
      streams = try target.streams(record: record).enumerated().map { index, stream in
        ReplayStream(
          stream, index: UInt64(index), source: source, plan: plan, noise: noise,
          session: target.session ?? ReplayClock.sessionNumber(), mode: target.mode.wire,
          startNs: ReplayClock.wallNs())
      }
    } catch {
      throw .usage("\(error)")
    }
    var runner = ReplayRunner(
      source: source, streams: streams, speed: speed, isLooping: loop, showsProgress: progress)
    return try runner.run(target, plan: plan, noise: faults.noise, snr: faults.snr)
  }
}
