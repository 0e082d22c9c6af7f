import ArgumentParser
import ECGCore
import ECGModel
import ECGMonitor
import ECGPipeline
import ECGRecords
import Foundation

/// `ecgctl evaluate`: the daemon's own pipeline over annotated recordings, without sockets.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Run the daemon's pipeline over annotated WFDB records and compare.",
    discussion: """
      Beats are judged from where the patient has been learnt. "flagged" counts beats in a window \
      over the limit, "alarmed" beats while an alarm was on.
      """)

  @Argument(help: "WFDB records (dir/208)", completion: .file())
  var records: [String]

  @OptionGroup var setup: EvaluationSetup

  func run() throws {
    let setup = try self.setup.load()
    var gross: [BeatClass: RecordEvaluation.ClassFigures] = [:]
    print(EvaluationTable.header)
    for record in records {
      let evaluation = try setup.evaluate(record, ReplaySelection.parse([]))
      print(EvaluationTable.row(evaluation))
      for (beatClass, figures) in evaluation.byClass {
        gross[beatClass, default: .init()].add(figures)
      }
    }
    if records.count > 1 { print(EvaluationTable.gross(gross)) }
  }
}

/// The configuration and the model that an evaluation uses.
struct EvaluationSetup: ParsableArguments {
  @Option(name: .shortAndLong, help: "The configuration file.")
  var config = "Config/ecgd.yaml"

  @Option(help: "The model file; the configuration's by default.")
  var model: String?

  @Option(help: "The lead to judge; the configuration's or the model's by default.")
  var lead: String?

  struct Loaded {
    let plan: ModelPlan
    let settings: AlarmSettings
    let leads: [String]

    /// - Throws: an `ExitCode` after saying what is wrong.
    func evaluate(
      _ path: String, _ selection: ReplaySelection, seed: UInt64 = 1
    ) throws -> RecordEvaluation {
      let input: ReplayInput
      do throws(ReplayError) {
        input = try ReplayInput(record: path, selection: selection, seed: seed)
      } catch {
        StandardError.write("ecgctl: \(error)\n")
        throw ExitCode(error.status)
      }
      return try evaluate(input.recording, input.annotations)
    }

    func evaluate(
      _ recording: Recording, _ annotations: [ECGRecords.Beat]
    ) throws -> RecordEvaluation {
      let ecg = recording.leads.filter(\.isVoltage)
      let lead = leads.lazy.compactMap { recording.lead(named: $0) }.first ?? ecg.first
      guard let lead else {
        StandardError.write("ecgctl: \(recording.name): no lead in volts\n")
        throw ExitCode(EX_DATAERR)
      }
      return try RecordEvaluation(
        recording, lead: lead, annotations: annotations, plan: plan, settings: settings)
    }
  }

  func load() throws -> Loaded {
    do {
      let configuration = try ECGMonitor.Configuration(contentsOf: config)
      let file = try Autoencoder(path: try model ?? configuration.resolveModelPath())
      let preferred = configuration.signal.leads.map(\.name)
      return Loaded(
        plan: try ModelPlan(
          file, mainsHz: configuration.signal.mainsHz.frequencyHz,
          learningSeconds: configuration.baseline.learningSeconds),
        settings: AlarmSettings(configuration),
        leads: lead.map { [$0] } ?? (preferred.isEmpty ? file.manifest.leads.names : preferred))
    } catch let error as ConfigurationError {
      StandardError.write("\(error)\n")
      throw ExitCode(EX_CONFIG)
    } catch let error as ModelError {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(EX_DATAERR)
    }
  }
}

/// The table that `evaluate` prints.
enum EvaluationTable {
  static let classes: [BeatClass] = [.normal, .supraventricular, .ventricular, .fusion]

  static var header: String {
    let columns = classes.map { "\($0) flagged".leftPadded(18) }.joined()
    return "record      lead   beats  judged" + columns + "   alarms"
  }

  static func row(_ evaluation: RecordEvaluation) -> String {
    let name = evaluation.record.split(separator: "/").last.map(String.init) ?? ""
    return name.rightPadded(12) + evaluation.lead.rightPadded(6)
      + "\(evaluation.beats)".leftPadded(6) + "\(evaluation.judgedWindows.all)".leftPadded(8)
      + cells(evaluation.byClass) + "\(evaluation.alarms.count)".leftPadded(9)
  }

  static func gross(_ figures: [BeatClass: RecordEvaluation.ClassFigures]) -> String {
    "gross".rightPadded(32) + cells(figures)
  }

  private static func cells(_ figures: [BeatClass: RecordEvaluation.ClassFigures]) -> String {
    classes.map { beatClass in
      guard let figures = figures[beatClass], figures.beats > 0 else { return "-".leftPadded(18) }
      let share = 100 * Double(figures.flagged) / Double(figures.beats)
      return "\(figures.flagged)/\(figures.beats) \(Int(share.rounded()))%".leftPadded(18)
    }.joined()
  }
}

extension RecordEvaluation.ClassFigures {
  mutating func add(_ other: Self) {
    beats += other.beats
    flagged += other.flagged
    alarmed += other.alarmed
  }
}

extension String {
  func leftPadded(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
  func rightPadded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
