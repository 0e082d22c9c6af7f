import ArgumentParser
import ECGCore
import ECGModel
import ECGMonitor
import ECGPipeline
import ECGRecords
import ECGSignal
import Glibc

/// The configuration, the model and the lead that an evaluation uses.
struct EvaluationSetup: ParsableArguments {
  @Option(name: .shortAndLong, help: "The configuration file.")
  var config = "Config/ecgd.yaml"

  @Option(help: "The model file; the configuration's by default.", completion: .file())
  var model: String?

  @Option(
    help: """
      The lead to judge, by name, or 'best' for the one with the best signal; by default the \
      configuration's or the model's, or else the first ECG lead.
      """)
  var lead: String?

  @Option(help: "The annotator whose beats count: the extension of its file beside each record.")
  var annotator = "atr"

  struct Loaded: Sendable {
    let plan: ModelPlan
    let settings: AlarmSettings
    let lead: LeadChoice
    var annotator = "atr"

    func evaluate(
      _ path: String, rate: Double?, key: String? = nil, seed: UInt64 = 1
    ) throws(ReplayError) -> RecordEvaluation {
      let input = try ReplayInput(
        record: path, rate: rate, key: key, seed: seed, annotator: annotator, isLenient: true)
      let lead = try lead.lead(of: input.recording)
      do throws(ConditionerPlanError) {
        var evaluation = try RecordEvaluation(
          input.recording, named: input.name, lead: lead, annotations: input.annotations,
          database: folder(of: path), plan: plan, settings: settings)
        evaluation.warnings = input.warnings
        if !evaluation.isAnnotated {
          evaluation.annotators = RecordList.annotators(of: path).filter { $0 != annotator }
        }
        return evaluation
      } catch { throw .data("\(path), lead \(lead.name): \(error)") }
    }

    private func folder(of path: String) -> String {
      let parts = path.split(separator: "/")
      return parts.count > 1 ? String(parts[parts.count - 2]) : ""
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
        lead: LeadChoice(
          lead, preferred: preferred.isEmpty ? file.manifest.leads.names : preferred),
        annotator: annotator)
    } catch let error as ConfigurationError {
      StandardError.write("\(error)\n")
      throw ExitCode(EX_CONFIG)
    } catch let error as ModelError {
      StandardError.write("ecgctl: \(error)\n")
      throw ExitCode(EX_DATAERR)
    }
  }
}
