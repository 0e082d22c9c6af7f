import ECGCore
import ECGRecords
import Foundation

/// The report as one JSON object, for programs. What cannot be measured is absent.
struct EvaluationJSON: Encodable {
  let schema = "ecgd-evaluation/1"
  let conventions = EvaluationReport.conventions
  let model: Model
  let draws: Int
  let seed: UInt64
  let records: [Record]
  let groups: [Group]

  struct Model: Encodable { let name, hash: String }

  struct Classes: Encodable {
    struct Row: Encodable { let beats, undetected, unjudged, flagged: Int }
    /// By letter: N, S, V, F, and O for detections that answer to no beat.
    let byLetter: [String: Row]
    let positivePredictivity: Double?

    init(_ flags: FlagTable) {
      let rows = ScoredBeat.Label.allCases.map { label in
        let own = flags[label]
        return (
          label.letter,
          Row(
            beats: own.beats, undetected: own.undetected, unjudged: own.unjudged,
            flagged: own.flagged)
        )
      }
      byLetter = Dictionary(uniqueKeysWithValues: rows)
      positivePredictivity = flags.positivePredictivity
    }
  }

  struct QRS: Encodable {
    let beats, missed, extra: Int
    let sensitivity, positivePredictivity: Double?

    init(_ counts: BeatCounts) {
      beats = counts.truePositives + counts.falseNegatives
      missed = counts.falseNegatives
      extra = counts.falsePositives
      sensitivity = counts.sensitivity
      positivePredictivity = counts.positivePredictivity
    }
  }

  struct Alerts: Encodable {
    let right, wrong, unscored, technical: Int
    let wrongByName, calmByName: [String: Int]
    let hours: Double
    let falseAlertsPerHour: Double?
    let runs, runsAlerted, runsAlreadyOn, flutters, fluttersAlerted: Int
    let runDelaySeconds, alertDelaySeconds: [Double]

    init(_ figures: AlertFigures) {
      right = figures.right
      wrong = figures.wrong
      unscored = figures.unscored
      technical = figures.technical
      wrongByName = figures.wrongByName
      calmByName = figures.calmByName
      hours = figures.hours
      falseAlertsPerHour = figures.falseAlertsPerHour
      runs = figures.runs
      runsAlerted = figures.runsAlerted
      runsAlreadyOn = figures.runsAlreadyOn
      flutters = figures.flutters
      fluttersAlerted = figures.fluttersAlerted
      runDelaySeconds = figures.runDelays
      alertDelaySeconds = figures.alertDelays
    }
  }

  struct Record: Encodable {
    let name, database, lead: String
    let sampleRateHz, seconds: Double
    let detectedBeats, judgedBeats, flaggedBeats: Int
    let learntAfterSeconds: Double?
    /// Of a record with annotations.
    var classes: Classes?
    var qrs: QRS?
    var alerts: Alerts?
    var area: Double?
  }

  struct Figure: Encodable {
    let value, low, high: Double?
  }

  struct Point: Encodable {
    let score, sensitivity, falsePositiveRate, precision: Double
  }

  struct Group: Encodable {
    let name: String
    let records: Int
    let figures: [String: Figure]
    let classes: Classes
    let qrs: QRS
    /// From a beat to when it is known: median, 99% and most.
    let beatDelaySeconds: [Double]
    let alerts: Alerts
    let curve: [Point]
  }

  init(_ report: EvaluationReport) {
    model = Model(name: report.modelName, hash: report.modelHash)
    draws = report.draws
    seed = report.seed
    records = report.records.map(Self.record)
    groups = report.groups.map(Self.group)
  }

  private static func record(_ evaluation: RecordEvaluation) -> Record {
    var record = Record(
      name: evaluation.record, database: evaluation.database, lead: evaluation.lead,
      sampleRateHz: evaluation.sampleRate.hertz, seconds: evaluation.seconds,
      detectedBeats: evaluation.beats, judgedBeats: evaluation.run.beats.count { $0.score != nil },
      flaggedBeats: evaluation.run.beats.count(where: \.isFlagged),
      learntAfterSeconds: evaluation.run.learntAfterSeconds)
    guard evaluation.isAnnotated else { return record }
    record.classes = Classes(evaluation.scoring.flags)
    record.qrs = QRS(evaluation.scoring.qrs)
    record.alerts = Alerts(evaluation.alertFigures)
    record.area = RankedBeats([evaluation.scoring.ranked]).recordAreas[0]
    return record
  }

  private static func group(_ group: EvaluationGroup) -> Group {
    let figures = (group.figures + group.levels).map { value in
      (value.name, Figure(value: value.value, low: value.interval?.low, high: value.interval?.high))
    }
    let curve = group.ranking.curve().filter { $0.score.isFinite }.map { point in
      Point(
        score: point.score, sensitivity: point.sensitivity,
        falsePositiveRate: point.falsePositiveRate, precision: point.precision)
    }
    return Group(
      name: group.name, records: group.records.count,
      figures: Dictionary(uniqueKeysWithValues: figures), classes: Classes(group.flags),
      qrs: QRS(group.qrs),
      beatDelaySeconds: [0.5, 0.99, 1].compactMap { Quantile.of(group.beatDelays, $0) },
      alerts: Alerts(group.alerts), curve: curve)
  }

  var bytes: Data {
    get throws(ReplayError) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      do { return try encoder.encode(self) } catch { throw .data("the report: \(error)") }
    }
  }
}
