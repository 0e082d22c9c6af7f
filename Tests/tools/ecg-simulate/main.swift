import ECGModel
import ECGMonitor
import ECGRecords
import Foundation
import Logging
import PipelineTesting

/// `ecg-simulate FIRST..LAST`: runs these seeds, and leaves with 1 where an invariant did not hold in
/// one. Every run is the same each time.
///
/// `--log` writes what the daemon logs, `--digest` a checksum of all that operators were told.
/// `--sabotage KIND` breaks the promise of that kind, to show that it would be seen.

let arguments = Array(CommandLine.arguments.dropFirst())

/// A line, at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

func usage() -> Never {
  let kinds = Sabotage.allCases.map(\.rawValue).joined(separator: "|")
  FileHandle.standardError.write(
    Data("usage: ecg-simulate FIRST..LAST [--log] [--digest] [--sabotage \(kinds)]\n".utf8))
  exit(64)
}

let bounds = arguments.first?.split(separator: ".").compactMap { UInt64($0) } ?? []
guard let first = bounds.first, let last = bounds.last, bounds.count <= 2, first <= last else {
  usage()
}
var sabotage: Sabotage?
if let at = arguments.firstIndex(of: "--sabotage") {
  guard at + 1 < arguments.count, let kind = Sabotage(rawValue: arguments[at + 1]) else { usage() }
  sabotage = kind
}

// Hashing must not differ from run to run: the order of sets would.
if ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] == nil {
  setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
  var words = CommandLine.arguments.map { strdup($0) } + [nil]
  execv("/proc/self/exe", &words)
}

let models = SimulationModels(
  hearts: SimulatedHearts(), beats: try TestModel.beats().model,
  sliding: try TestModel.slidingModel(learningSeconds: 15))
let handler: any LogHandler =
  arguments.contains("--log")
  ? StreamLogHandler.standardError(label: "ecgd") : SwiftLogNoOpLogHandler()
var logger = Logger(label: "ecg-simulate") { _ in handler }
logger.logLevel = .debug
var total = SimulationFigures()
var failed: [UInt64] = []
for seed in first...last {
  do {
    let simulation = try Simulation(seed: seed, models, sabotage, logger: logger)
    total.add(try simulation.run())
    if arguments.contains("--digest") { say("seed \(seed): digest \(simulation.law.digest)") }
  } catch {
    failed.append(seed)
    say("seed \(seed): \(error)")
  }
}
say(
  """
  \(last - first + 1) seeds, \(failed.count) failed\(failed.isEmpty ? "" : ": \(failed)"); \
  \(String(format: "%.1f", total.bedSeconds / 3600)) bed-hours, \(total.lives) daemon lives, \
  \(total.kills) killed, \(total.powerFailures) power failures, \(total.packets) packets, \
  \(total.alerts) alerts, \(total.audits) audits
  """)
exit(failed.isEmpty ? 0 : 1)
