import ArgumentParser
import ECGMonitor
import ECGPipeline
import ECGRecords
import Foundation

/// `ecgctl evaluate`: the daemon's own pipeline over recordings, without sockets, and what it said
/// held against their annotations.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Run the daemon's pipeline over annotated WFDB records and compare.",
    discussion: """
      Prints for each database the QRS detector's and the flags' figures record by record, gross \
      and average, the alerts held against the annotations, and the figures of the ranking with \
      intervals over patients. \(EvaluationReport.conventions)
      Records without annotations are run all the same; --beats writes what was found in them. \
      Leaves with 65 where a record is bad, 66 where one is missing; the others are evaluated.
      """)

  @Argument(help: "WFDB records (dir/208) or folders of them.", completion: .file())
  var paths: [String]

  @OptionGroup var setup: EvaluationSetup

  @Option(help: "Write all figures to this JSON file.", completion: .file())
  var json: String?

  @Option(help: "Write a page with plots to this HTML file.", completion: .file())
  var html: String?

  @Option(
    help: "Write <record>.beats.csv and <record>.alerts.csv to this folder.",
    completion: .directory)
  var beats: String?

  @Option(help: "Records at a time; as many as there are processors by default.")
  var jobs = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "The sample rate in Hz of a CSV, NPZ or synthetic input.")
  var rate: Double?

  @Option(help: "Draws of patients for the intervals.")
  var draws = Bootstrap.defaultDraws

  @Option(help: "The seed of the draws, and of synthetic inputs.")
  var seed: UInt64 = 1

  func validate() throws {
    guard jobs > 0 else { throw ValidationError("--jobs must be more than 0") }
    guard draws > 1, draws <= 100_000 else {
      throw ValidationError("--draws must be 2 to 100000")
    }
  }

  func run() throws {
    let setup = try setup.load()
    do throws(ReplayError) {
      try run(setup)
    } catch {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(error.status)
    }
  }

  private func run(_ setup: EvaluationSetup.Loaded) throws(ReplayError) {
    let paths = try RecordList.expand(paths)
    if beats != nil, let (one, other) = RecordList.namesakes(paths) {
      throw .usage("the tables of \(one) and \(other) would have one name: take a --beats for each")
    }
    if let beats, !RecordList.isFolder(beats) {
      do {
        try FileManager.default.createDirectory(atPath: beats, withIntermediateDirectories: true)
      } catch { throw .cannotWrite("\(beats): \(error.localizedDescription)") }
    }
    let (evaluations, failures) = evaluate(paths, setup)
    for warning in evaluations.flatMap(\.warnings) { StandardError.write("ecgctl: \(warning)\n") }
    if let beats {
      for evaluation in evaluations { try RecordTables.write(evaluation, to: beats) }
    }
    if !evaluations.isEmpty {
      let report = EvaluationReport(
        setup.plan.model, records: evaluations, draws: draws, seed: seed)
      if let json { try Self.write(try EvaluationJSON(report).bytes, to: json) }
      if let html { try Self.write(Data(EvaluationPage(report: report).html.utf8), to: html) }
      print(EvaluationText(report: report).text)
    }
    for failure in failures.dropLast() { StandardError.write("ecgctl: \(failure)\n") }
    if let failure = failures.last { throw failure }
  }

  /// Every record, several at a time; a bad one keeps no other from being evaluated.
  private func evaluate(
    _ records: [String], _ setup: EvaluationSetup.Loaded
  ) -> ([RecordEvaluation], [ReplayError]) {
    let progress = EvaluationProgress(total: records.count)
    let (rate, seed) = (rate, seed)
    let results = ParallelWork.map(records.count, jobs: jobs) { done in
      progress.show(done)
    } _: { place in
      Result { () throws(ReplayError) in
        try setup.evaluate(records[place], rate: rate, seed: seed)
      }
    }
    var evaluations: [RecordEvaluation] = []
    var failures: [ReplayError] = []
    for result in results {
      switch result {
      case .success(let evaluation): evaluations.append(evaluation)
      case .failure(let error): failures.append(error)
      }
    }
    return (evaluations, failures)
  }

  private static func write(_ data: Data, to path: String) throws(ReplayError) {
    do {
      try data.write(to: URL(filePath: path))
    } catch { throw .cannotWrite("\(path): \(error.localizedDescription)") }
  }
}
