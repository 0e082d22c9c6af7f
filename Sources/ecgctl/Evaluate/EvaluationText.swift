import ECGRecords
import Foundation

/// The tables that `evaluate` prints.
struct EvaluationText {
  let report: EvaluationReport

  var text: String {
    var parts = ["model \(report.modelName) (\(report.modelHash.prefix(12)))"]
    let bare = report.records.filter { !$0.isAnnotated }
    if !bare.isEmpty {
      parts.append(
        (["records without annotations"] + bare.map(Self.bareRow)).joined(separator: "\n"))
    }
    for group in report.groups {
      let title = group.name.isEmpty ? "records" : group.name
      parts.append(Self.qrsTable(title, group))
      parts.append(Self.flagTable(title, group))
      parts.append(Self.alertTable(title, group))
      parts.append(figures(title, group))
    }
    if !report.groups.isEmpty { parts.append(EvaluationReport.conventions) }
    return parts.joined(separator: "\n\n")
  }

  private static func bareRow(_ record: RecordEvaluation) -> String {
    name(record) + "\(record.beats) beats, \(record.judgedWindows.all) judged, "
      + "\(record.judgedWindows.exceeding) over the limit, \(record.run.alerts.count) alerts"
      + record.annotators.map { "; beats by --annotator \($0)" }.joined()
  }

  private static func name(_ record: RecordEvaluation) -> String {
    (record.record.split(separator: "/").last.map(String.init) ?? "").rightPadded(10)
      + record.lead.rightPadded(7)
  }

  static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.2f", 100 * $0) } ?? "-"
  }

  private static func row(_ name: String, _ cells: [(text: String, width: Int)]) -> String {
    name.rightPadded(17) + cells.map { $0.text.leftPadded($0.width) }.joined()
  }

  // MARK: QRS

  private static func qrsTable(_ title: String, _ group: EvaluationGroup) -> String {
    var lines = [
      "\(title): QRS detector, and the ranking of each record",
      row(
        "record    lead",
        [
          ("beats", 8), ("missed", 8), ("extra", 8), ("Se %", 8), ("+P %", 8),
          ("unjudged %", 12), ("AUC", 8),
        ]),
    ]
    for (i, record) in group.records.enumerated() {
      lines.append(
        qrsRow(name(record), record.scoring.qrs, record.scoring.flags, group.ranking.recordAreas[i])
      )
    }
    lines.append(qrsRow("gross", group.qrs, group.flags, group.ranking.figures()[.area]))
    lines.append(
      row(
        "average",
        [
          ("", 8), ("", 8), ("", 8),
          (percent(group.average { $0.scoring.qrs.sensitivity }), 8),
          (percent(group.average { $0.scoring.qrs.positivePredictivity }), 8),
          (percent(group.average { Self.unjudged($0.scoring.flags) }), 12),
          (area(group.ranking.figures()[.meanRecordArea]), 8),
        ]))
    lines.append(delays("from a beat to when it is known", group.beatDelays))
    lines.append(
      delays(
        "from the first beat to when the patient is learnt",
        group.records.compactMap(\.run.learntAfterSeconds)))
    return lines.joined(separator: "\n")
  }

  private static func qrsRow(
    _ name: String, _ qrs: BeatCounts, _ flags: FlagTable, _ auc: Double?
  ) -> String {
    row(
      name,
      [
        ("\(qrs.truePositives + qrs.falseNegatives)", 8), ("\(qrs.falseNegatives)", 8),
        ("\(qrs.falsePositives)", 8), (percent(qrs.sensitivity), 8),
        (percent(qrs.positivePredictivity), 8), (percent(unjudged(flags)), 12), (area(auc), 8),
      ])
  }

  private static func unjudged(_ flags: FlagTable) -> Double? {
    (flags[.normal] + flags.abnormal).unjudgedShare
  }

  private static func area(_ value: Double?) -> String {
    value.map { String(format: "%.4f", $0) } ?? "-"
  }

  // MARK: Flags

  private static let classes: [ScoredBeat.Label] = [
    .normal, .supraventricular, .ventricular, .fusion, .extra,
  ]

  private static func flagTable(_ title: String, _ group: EvaluationGroup) -> String {
    let heads = classes.map { ("\($0.letter) flagged", 18) }
    var lines = [
      "\(title): beats flagged at the limit, by class (O: detections that answer to no beat)",
      row("record    lead", heads + [("Sp %", 8), ("Se %", 8), ("+P %", 8)]),
    ]
    for record in group.records { lines.append(flagRow(name(record), record.scoring.flags)) }
    lines.append(flagRow("gross", group.flags))
    let shares = classes.map { label in
      (percent(group.average { $0.scoring.flags[label].flaggedShare }) + " %", 18)
    }
    lines.append(
      row(
        "average",
        shares + [
          (percent(group.average { $0.scoring.flags.specificity }), 8),
          (percent(group.average { $0.scoring.flags.abnormal.flaggedShare }), 8),
          (percent(group.average { $0.scoring.flags.positivePredictivity }), 8),
        ]))
    lines.append(
      row(
        "gross +P %",
        classes.map { label in
          (label.isAbnormal ? percent(group.flags.positivePredictivity(of: label)) : "", 18)
        }))
    lines.append(
      row(
        "average +P %",
        classes.map { label in
          (
            label.isAbnormal
              ? percent(group.average { $0.scoring.flags.positivePredictivity(of: label) }) : "", 18
          )
        }))
    return lines.joined(separator: "\n")
  }

  private static func flagRow(_ name: String, _ flags: FlagTable) -> String {
    row(
      name,
      classes.map { label in
        let own = flags[label]
        guard own.beats > 0 else { return ("-", 18) }
        return (
          "\(own.flagged)/\(own.beats)"
            + String(format: "%7.2f", 100 * Double(own.flagged) / Double(own.beats)), 18
        )
      } + [
        (percent(flags.specificity), 8), (percent(flags.abnormal.flaggedShare), 8),
        (percent(flags.positivePredictivity), 8),
      ])
  }

  // MARK: Alerts

  private static func alertTable(_ title: String, _ group: EvaluationGroup) -> String {
    var lines = [
      "\(title): alerts (right: what they claim is annotated between onset and detection)",
      row(
        "record    lead",
        [
          ("right", 8), ("false", 8), ("unscored", 10), ("false/h", 9),
          ("runs>=3", 9), ("in 10 s", 9), ("technical", 11),
        ]),
    ]
    for record in group.records { lines.append(alertRow(name(record), record.alertFigures)) }
    lines.append(alertRow("gross", group.alerts))
    if group.alerts.flutters > 0 {
      lines.append(
        "ventricular flutter: \(group.alerts.fluttersAlerted) of \(group.alerts.flutters) episodes "
          + "alerted within 10 s of their beginning")
    }
    for (name, count) in group.alerts.wrongByName.sorted(by: { $0.key < $1.key }) {
      let calm = group.alerts.calmByName[name] ?? 0
      lines.append("false \(name): \(count), \(calm) of them with nothing abnormal annotated")
    }
    lines.append(delays("from a run's third beat to its alert", group.alerts.runDelays))
    lines.append(delays("from an alert's onset to the alert", group.alerts.alertDelays))
    return lines.joined(separator: "\n")
  }

  private static func alertRow(_ name: String, _ alerts: AlertFigures) -> String {
    row(
      name,
      [
        ("\(alerts.right)", 8), ("\(alerts.wrong)", 8), ("\(alerts.unscored)", 10),
        (alerts.falseAlertsPerHour.map { String(format: "%.2f", $0) } ?? "-", 9),
        ("\(alerts.runs)", 9), ("\(alerts.runsAlerted)", 9), ("\(alerts.technical)", 11),
      ])
  }

  private static func delays(_ title: String, _ seconds: [Double]) -> String {
    func quantile(_ share: Double) -> String {
      Quantile.of(seconds, share).map { String(format: "%.2f s", $0) } ?? "-"
    }
    return "\(title): median \(quantile(0.5)), 90% \(quantile(0.9)), most \(quantile(1)) "
      + "(\(seconds.count))"
  }

  // MARK: Figures

  private func figures(_ title: String, _ group: EvaluationGroup) -> String {
    var lines = [
      "\(title): figures over \(group.records.count) records, with 95% intervals over patients "
        + "(\(report.draws) draws, seed \(report.seed))"
    ]
    for value in group.figures + group.levels { lines.append(Self.line(value)) }
    return lines.joined(separator: "\n")
  }

  private static func line(_ value: EvaluationGroup.Value) -> String {
    func number(_ number: Double) -> String {
      String(format: value.unit == .perHour ? "%.2f" : "%.4f", number)
    }
    let interval = value.interval.map { "  (\(number($0.low)) to \(number($0.high)))" } ?? ""
    return "  " + value.title.rightPadded(38) + (value.value.map(number) ?? "-").leftPadded(8)
      + interval
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
