import ECGRecords

/// The figures over several annotated records: those of one database, or all.
struct EvaluationGroup: Sendable {
  /// A value with its interval over patients.
  struct Value: Sendable {
    var name: String
    var title: String
    /// Nil where there is nothing to measure it on.
    var value: Double?
    var interval: Bootstrap.Interval?
    var unit = Unit.share

    enum Unit: Sendable { case share, perHour }
  }

  let name: String
  let records: [RecordEvaluation]
  let ranking: RankedBeats
  /// Pooled over all records.
  let flags: FlagTable
  let qrs: BeatCounts
  let alerts: AlertFigures
  /// From a beat's fiducial to when it was known, in seconds.
  let beatDelays: [Double]
  let figures: [Value]
  let levels: [Value]

  /// - Parameter records: annotated ones; each is taken as a patient.
  init(name: String, records: [RecordEvaluation], draws: Int, seed: UInt64) {
    self.name = name
    self.records = records
    ranking = RankedBeats(records.map(\.scoring.ranked))
    beatDelays = records.flatMap(\.run.beatDelays).sorted()
    let ones = [Int](repeating: 1, count: records.count)
    let pooled = Pooled(records, drawn: ones)
    flags = pooled.flags
    qrs = pooled.qrs
    alerts = pooled.alerts
    let bootstrap = Bootstrap(patients: Array(records.indices), draws: draws, seed: seed)
    let ranking = ranking
    let ranges = bootstrap.intervals { drawn in
      ranking.figures(drawn: drawn).values + Pooled(records, drawn: drawn).levels
    }
    let all = ranking.figures()
    figures = DetectionFigure.allCases.map { figure in
      Value(
        name: figure.name, title: figure.title, value: all[figure],
        interval: ranges.isEmpty ? nil : ranges[figure.rawValue])
    }
    levels = zip(Pooled.titles, pooled.levels).enumerated().map { i, pair in
      Value(
        name: pair.0.name, title: pair.0.title, value: pair.1,
        interval: ranges.isEmpty ? nil : ranges[DetectionFigure.allCases.count + i],
        unit: pair.0.unit)
    }
  }

  /// The mean of a record's own figure over the records that have it.
  func average(_ value: (RecordEvaluation) -> Double?) -> Double? {
    let values = records.compactMap(value)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// Counts of several records, each as often as drawn.
private struct Pooled {
  var flags = FlagTable()
  var qrs = BeatCounts()
  var alerts = AlertFigures()

  static let titles: [(name: String, title: String, unit: EvaluationGroup.Value.Unit)] = [
    ("qrsSensitivity", "QRS detector, sensitivity", .share),
    ("qrsPositivePredictivity", "QRS detector, +P", .share),
    ("supraventricularFlagged", "S flagged at the limit", .share),
    ("ventricularFlagged", "V flagged at the limit", .share),
    ("fusionFlagged", "F flagged at the limit", .share),
    ("normalFlagged", "N flagged at the limit", .share),
    ("flagPositivePredictivity", "flags, +P", .share),
    ("falseAlertsPerHour", "false alerts an hour", .perHour),
    ("calmAlertsPerHour", "of them with nothing abnormal", .perHour),
    ("runsAlerted", "ventricular runs alerted within 10 s", .share),
  ]

  init(_ records: [RecordEvaluation], drawn: [Int]) {
    for (record, times) in zip(records, drawn) {
      for _ in 0..<times {
        flags = flags + record.scoring.flags
        qrs += record.scoring.qrs
        alerts = alerts + record.alertFigures
      }
    }
  }

  var levels: [Double?] {
    [
      qrs.sensitivity, qrs.positivePredictivity, flags[.supraventricular].flaggedShare,
      flags[.ventricular].flaggedShare, flags[.fusion].flaggedShare, flags[.normal].flaggedShare,
      flags.positivePredictivity, alerts.falseAlertsPerHour,
      alerts.calmAlertsPerHour, alerts.runShare,
    ]
  }
}
