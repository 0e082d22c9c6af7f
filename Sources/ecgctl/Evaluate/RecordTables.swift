import ECGAlarm
import ECGRecords
import Foundation

/// The two CSV files that `--beats` writes for each record. Numbers are written so that reading
/// them back gives the same bits.
enum RecordTables {
  /// - Throws: where a file cannot be written.
  static func write(_ evaluation: RecordEvaluation, to folder: String) throws(ReplayError) {
    let base = "\(folder)/\(evaluation.record.split(separator: "/").last ?? "record")"
    for (path, text) in [
      ("\(base).beats.csv", beats(evaluation)), ("\(base).alerts.csv", alerts(evaluation)),
    ] {
      do {
        try Data(text.utf8).write(to: URL(filePath: path))
      } catch { throw .cannotWrite("\(path): \(error.localizedDescription)") }
    }
  }

  /// A row for each detected beat. `score` is empty where the beat was not scored; `state` says
  /// what of it was judged; `quality` is empty where it was never looked at. `reference` is the class of the
  /// annotated beat that it answers to, O where it answers to none, and empty where it is not
  /// scored.
  static func beats(_ evaluation: RecordEvaluation) -> String {
    var text = "sample,score,limit,quality,flagged,state,reference\n"
    for (row, label) in zip(evaluation.run.beats, evaluation.scoring.labels) {
      let score = row.score.map { "\($0)" } ?? ""
      let quality = row.quality.map { "\($0)" } ?? ""
      let reference = evaluation.isAnnotated ? label?.letter ?? "" : ""
      text += "\(evaluation.frame(of: row.sample)),\(score),\(row.limit),\(quality),"
      text += "\(row.isFlagged ? 1 : 0),"
      text += "\(row.state.rawValue),\(reference)\n"
    }
    return text
  }

  /// A row for each alarm, in order of detection. `told_sample` is how many samples had come when
  /// the daemon could publish it.
  static func alerts(_ evaluation: RecordEvaluation) -> String {
    var text = "onset_sample,detected_sample,end_sample,kind,code,name,priority,told_sample\n"
    for alert in evaluation.run.alerts {
      let code = alert.condition.code.map { "\($0.value)" } ?? ""
      let places = [alert.onset, alert.detection, alert.end].map { "\(evaluation.frame(of: $0))" }
      text += places.joined(separator: ",") + ",\(alert.condition.kind.rawValue),\(code),"
      text += "\(alert.condition.rawValue),\(alert.priority.rawValue),"
      text += "\(evaluation.frame(of: alert.told))\n"
    }
    return text
  }
}

extension ScoredBeat.Label {
  var letter: String {
    switch self {
    case .normal: "N"
    case .supraventricular: "S"
    case .ventricular: "V"
    case .fusion: "F"
    case .extra: "O"
    }
  }
}
