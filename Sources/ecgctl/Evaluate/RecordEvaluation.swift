import ECGAlarm
import ECGCore
import ECGPipeline
import ECGRecords
import ECGSignal

/// A recording run through the daemon's own pipeline, and what it said held against the
/// annotations.
struct RecordEvaluation: Sendable {
  /// Names its rows and tables.
  let record: String
  /// The folder that the record lies in.
  let database: String
  let lead: String
  let run: PipelineRun
  let isAnnotated: Bool
  let scoring: BeatScoring
  let alertFigures: AlertFigures
  let byClass: [BeatClass: LearntFigures]
  /// The judged lead may have several samples in each of the record's frames.
  let samplesPerFrame: Int64
  /// What is odd about the record's files.
  var warnings: [String] = []
  /// Other annotators that have beats of a record without annotations.
  var annotators: [String] = []

  init(
    _ recording: Recording, named record: String, lead: RecordedLead,
    annotations: AnnotationFile, database: String = "", plan: ModelPlan, settings: AlarmSettings
  ) throws(ConditionerPlanError) {
    self.record = record
    self.database = database
    self.lead = lead.name
    samplesPerFrame = recording.samplesPerFrame(of: lead)
    let annotations = annotations.inSamples(perFrame: samplesPerFrame)
    run = try PipelineRun(lead, plan: plan, settings: settings)
    isAnnotated = !annotations.beats.isEmpty
    scoring = BeatScoring(
      detected: run.beats.map {
        DetectedBeat(sample: $0.sample, score: $0.score, isFlagged: $0.isFlagged)
      },
      annotations: annotations, sampleRate: lead.sampleRate)
    alertFigures = AlertFigures(
      run.alerts.map(\.span), annotations: annotations, rate: lead.sampleRate,
      samples: run.samples)
    byClass = LearntFigures.byClass(run, annotations)
  }

  /// Of the judged lead.
  var sampleRate: SampleRate { run.sampleRate }

  /// A sample of the judged lead as a number at the record's own rate.
  func frame(of sample: Int64) -> Int64 { sample / samplesPerFrame }

  var samples: Int { run.samples }
  var beats: Int { run.beats.count }
  var seconds: Double { Double(samples) / sampleRate.hertz }

  /// Windows that were judged, and those over the limit.
  var judgedWindows: (all: Int, exceeding: Int) {
    let judged = run.scores.filter { $0.score != nil }
    return (judged.count, judged.count(where: \.isFlagged))
  }

  /// Alarms of abnormal beats.
  var abnormalAlarms: Int { run.alerts.count { $0.condition == .abnormalBeats } }
}

/// What one class of annotated beats met with from where the patient had been learnt, however
/// soon that was.
struct LearntFigures: Sendable {
  var beats = 0
  /// Beats over the limit.
  var flagged = 0
  /// Beats while an alarm was on, from its onset to its end.
  var alarmed = 0

  static func byClass(
    _ run: PipelineRun, _ annotations: AnnotationFile
  ) -> [BeatClass: LearntFigures] {
    guard let start = run.beats.first(where: { $0.score != nil })?.sample else { return [:] }
    let reference = annotations.classifiedBeats
    let match = BeatMatch(
      reference: reference,
      detected: run.beats.map { Beat(sample: $0.sample, beatClass: .normal) },
      window: Int64(run.sampleRate.samples(seconds: BeatMatch.windowSeconds)))
    let alarms = run.alerts.filter { $0.condition == .abnormalBeats }
    var figures: [BeatClass: LearntFigures] = [:]
    let detected = Dictionary(uniqueKeysWithValues: match.pairs.map { ($0.reference, $0.detected) })
    for (i, beat) in reference.enumerated() where beat.sample >= start {
      var own = figures[beat.beatClass] ?? LearntFigures()
      own.beats += 1
      if let row = detected[i], run.beats[row].isFlagged { own.flagged += 1 }
      if alarms.contains(where: { ($0.onset...$0.end).contains(beat.sample) }) { own.alarmed += 1 }
      figures[beat.beatClass] = own
    }
    return figures
  }
}

extension PipelineRun.Alert {
  var span: AlertSpan {
    AlertSpan(
      name: condition.rawValue, isPhysiological: condition.kind == .physiological, onset: onset,
      detection: detection, told: told, end: end)
  }
}
