import ArgumentParser
import ECGCore
import ECGModel
import ECGMonitor
import ECGPipeline
import ECGRecords
import Glibc

/// `ecgctl extract`: what the daemon's own signal path makes of recordings, for training.
struct Extract: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract",
    abstract: "Write beats' windows, references and features of WFDB records to an NPZ file.",
    discussion: """
      The arrays that it writes are listed in Training/README.md. Records need their \
      annotations (.atr, or --annotator) beside them.
      """)

  @Argument(help: "WFDB records (dir/208).", completion: .file())
  var records: [String]

  @Option(name: .shortAndLong, help: "The NPZ file to write.", completion: .file())
  var out: String

  @Option(help: "A lead's name, most wanted first; otherwise the first ECG lead.")
  var lead: [String] = ["MLII", "II", "ECG1"]

  @Option(help: "The annotator: the extension of its file beside each record.")
  var annotator = "atr"

  @Option(help: "Beats before this are marked as learning.")
  var learningSeconds = 300.0

  @Option(
    parsing: .upToNextOption,
    help: "WFDB records of pure noise, to be filtered and written beside the beats.")
  var noise: [String] = []

  @Flag(help: "Write the continuous conditioned signals of all leads instead of beats.")
  var signals = false

  func run() throws {
    if signals { return try writeSignals() }
    var extraction = BeatExtraction(
      leads: lead, annotator: annotator, learningSeconds: learningSeconds)
    do {
      for (number, record) in records.enumerated() {
        let count = try extraction.add(record: record)
        StandardError.write("\(number + 1)/\(records.count) \(record): \(count) beats\n")
      }
      for record in noise { try extraction.add(noise: record) }
      try extraction.archive.write(path: out, compressed: false)
    } catch let error as WFDBError {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(EX_DATAERR)
    } catch let error as ReplayError {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(error.status)
    } catch let error as NumPyError {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(EX_CANTCREAT)
    }
  }

  private func writeSignals() throws {
    var extraction = SignalExtraction(rate: SampleRate(hertz: BeatExcerpt.sampleRateHz)!)
    do {
      for (number, record) in records.enumerated() {
        let count = try extraction.add(record: record)
        StandardError.write("\(number + 1)/\(records.count) \(record): \(count) leads\n")
      }
      for record in noise { try extraction.add(noise: record) }
      try extraction.archive.write(path: out, compressed: false)
    } catch let error as WFDBError {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(EX_DATAERR)
    } catch let error as NumPyError {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(EX_CANTCREAT)
    }
  }
}
