public import ECGCore

/// How the alerts of a record, or of several, answer to its annotations.
public struct AlertFigures: Sendable, Equatable {
  /// How long after a run's third beat its alert may come.
  public static let runDeadlineSeconds = 10.0

  /// Physiological alerts by what the annotations say.
  public private(set) var right = 0
  public private(set) var wrong = 0
  public private(set) var unscored = 0
  /// False alerts by name.
  public private(set) var wrongByName: [String: Int] = [:]
  /// False alerts by name with nothing abnormal annotated in their evidence; the others named
  /// abnormal beats wrongly (a supraventricular run, say, as a ventricular one).
  public private(set) var calmByName: [String: Int] = [:]
  /// Ventricular runs, and those whose alert came in time or was on already.
  public private(set) var runs = 0
  public private(set) var runsAlerted = 0
  /// Runs that began while an alert was on.
  public private(set) var runsAlreadyOn = 0
  public private(set) var flutters = 0
  public private(set) var fluttersAlerted = 0
  /// From a run's third beat to the moment its alert could be told; 0 where that was before.
  public private(set) var runDelays: [Double] = []
  /// From the onset of each right alert to the moment it could be told.
  public private(set) var alertDelays: [Double] = []
  public private(set) var technical = 0
  /// The scored time.
  public private(set) var hours = 0.0

  public init() {}

  /// - Parameters:
  ///   - samples: the length of the record.
  ///   - excludingLearning: whether the first five minutes are left unscored.
  public init(
    _ alerts: [AlertSpan], annotations: AnnotationFile, rate: SampleRate, samples: Int,
    excludingLearning: Bool = true
  ) {
    let start = excludingLearning ? Int64(rate.samples(seconds: BeatMatch.learningSeconds)) : 0
    hours = Double(max(0, Int64(samples) - start)) / rate.hertz / 3600
    technical = alerts.count { !$0.isPhysiological && $0.detection >= start }
    let physiological = alerts.filter(\.isPhysiological)
    let truth = AlertTruth(annotations, rate: rate, start: start)
    for alert in physiological {
      switch truth.verdict(of: alert) {
      case .right:
        right += 1
        alertDelays.append(Double(alert.told - alert.onset) / rate.hertz)
      case .wrong:
        wrong += 1
        wrongByName[alert.name, default: 0] += 1
        if truth.isCalm(at: alert) { calmByName[alert.name, default: 0] += 1 }
      case .unscored: unscored += 1
      }
    }
    let deadline = Int64(rate.samples(seconds: Self.runDeadlineSeconds))
    func alert(from first: Int64, dueAt due: Int64) -> AlertSpan? {
      physiological.first { $0.told <= due && $0.end >= first }
    }
    for run in VentricularRun.all(in: annotations.classifiedBeats) where run.third >= start {
      runs += 1
      guard let alert = alert(from: run.first, dueAt: run.third + deadline) else { continue }
      runsAlerted += 1
      if alert.told < run.first { runsAlreadyOn += 1 }
      runDelays.append(Double(max(0, alert.told - run.third)) / rate.hertz)
    }
    for episode in annotations.flutter where episode.lowerBound >= start {
      flutters += 1
      if alert(from: episode.lowerBound, dueAt: episode.lowerBound + deadline) != nil {
        fluttersAlerted += 1
      }
    }
  }

  /// Nil where no time was scored.
  public var falseAlertsPerHour: Double? { hours > 0 ? Double(wrong) / hours : nil }
  /// Of those, the ones with nothing abnormal annotated in their evidence.
  public var calmAlertsPerHour: Double? {
    hours > 0 ? Double(calmByName.values.reduce(0, +)) / hours : nil
  }
  public var runShare: Double? { runs > 0 ? Double(runsAlerted) / Double(runs) : nil }

  public static func + (a: AlertFigures, b: AlertFigures) -> AlertFigures {
    var sum = a
    sum.right += b.right
    sum.wrong += b.wrong
    sum.unscored += b.unscored
    sum.wrongByName.merge(b.wrongByName, uniquingKeysWith: +)
    sum.calmByName.merge(b.calmByName, uniquingKeysWith: +)
    sum.runs += b.runs
    sum.runsAlerted += b.runsAlerted
    sum.runsAlreadyOn += b.runsAlreadyOn
    sum.flutters += b.flutters
    sum.fluttersAlerted += b.fluttersAlerted
    sum.runDelays += b.runDelays
    sum.alertDelays += b.alertDelays
    sum.technical += b.technical
    sum.hours += b.hours
    return sum
  }
}
