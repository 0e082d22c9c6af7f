import ECGModel
import ECGRecords

/// Everything that an evaluation found, for the text, the JSON and the page.
struct EvaluationReport: Sendable {
  let modelName: String
  let modelHash: String
  let records: [RecordEvaluation]
  /// One for each database with annotated records, and one for all where there are several.
  let groups: [EvaluationGroup]
  let draws: Int
  let seed: UInt64

  init(_ model: Autoencoder, records: [RecordEvaluation], draws: Int, seed: UInt64) {
    modelName = model.manifest.name
    modelHash = model.hash
    self.records = records
    self.draws = draws
    self.seed = seed
    let annotated = records.filter(\.isAnnotated)
    var databases: [String] = []
    for record in annotated where !databases.contains(record.database) {
      databases.append(record.database)
    }
    var groups = databases.map { name in
      EvaluationGroup(
        name: name, records: annotated.filter { $0.database == name }, draws: draws, seed: seed)
    }
    if databases.count > 1 {
      groups.append(EvaluationGroup(name: "all", records: annotated, draws: draws, seed: seed))
    }
    self.groups = groups
  }

  static let conventions = """
    ANSI/AAMI EC57: matched within 150 ms; the first 5 minutes, ventricular flutter and class Q \
    unscored; abnormal (S, V, F) against N and extra beats. Beats that were not detected, or not \
    judged (learning, poor signal), stay in every denominator; abnormal ones have the lowest score.
    """
}
