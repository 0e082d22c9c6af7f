import ECGAlarm
import ECGCore
import ECGModel
import ECGSignal

/// What was found in one window.
struct Finding {
  /// The window's score; nil where it was not judged.
  var score: Float?
  var limit: Float
  /// What is held against the limit: the score, lessened while the rhythm is irregular.
  var judged: Float?
  var worst: WorstSegment?
  var explanation: BeatExplanation?
}

extension Shard {
  /// Follows the rhythm up to the beat that was put into the batch last, and alarms where it has
  /// lost its order.
  func judgeRhythm(
    of stream: StreamPipeline, _ entry: WindowBatch.Entry, _ range: Range<Int64>
  ) {
    let last = batch.entries.count - 1
    let beat = batch.entries[last].pendingBeat!
    if entry.isUsable {
      stream.irregularity.process(
        fiducial: beat.fiducial, similarity: beat.similarity, place: entry.start.rawValue)
    } else {
      stream.irregularity.breakOff()
    }
    let isIrregular = stream.irregularity.isIrregular
    batch.entries[last].isIrregular = isIrregular
    let name = StreamCondition.atrialFibrillation
    let isAtRest = stream.conditions.isAtRest(name.rawValue)
    if !isIrregular, isAtRest { return }
    let onset =
      isAtRest ? SampleNumber(stream.irregularity.onset) : entry.start
    let transition = stream.conditions[name.rawValue].process(
      isIrregular ? .exceeding : .clear, start: onset, end: entry.end)
    guard let transition else { return }
    // The windows up to this one come first, however long they would have waited.
    settle(stream)
    draft(transition, name, of: stream, quality: entry.quality, receivedNs: entry.receivedNs)
  }

  /// Judges the beat in a slot of the batch by the patient's own limits, and alarms where it
  /// belongs to a run.
  func judgeBeat(
    _ entry: WindowBatch.Entry, at i: Int, of stream: StreamPipeline, _ finding: inout Finding
  ) {
    let score = batch.score(slot: i, by: &stream.scorer.patient!)
    let beat = batch.entries[i].pendingBeat!
    if !beat.isLearning { finding.score = score.score }
    guard entry.quality.index >= Self.leastQualityOfRun else { return stream.fastRun.breakOff() }
    if beat.isLearning {
      stream.fastRun.breakOff()
    } else {
      judgeFastRun(
        beat.fiducial, score: BeatJudge.mayBeVentricular(beat) ? score.score : 0, entry,
        of: stream, finding)
    }
    let judgement = stream.judge.process(
      beat, score, errors: batch.segmentErrors, isIrregular: entry.isIrregular,
      start: entry.start.rawValue, isClean: entry.isUsable)
    finding.limit = judgement.limit
    guard !beat.isLearning else { return }
    // Noise speaks for no other alarm.
    if entry.isUsable {
      finding.judged = judgement.score
      remember(judgement, score.score, entry, at: i, of: stream)
    }
    finding.explanation = judgement.explanation
    let index = StreamCondition.ventricularRun.rawValue
    let evidence: Evidence =
      judgement.isInRun
      ? .exceeding : judgement.isMisshapen ? .near : entry.isUsable ? .clear : .unusable
    if evidence != .exceeding, stream.conditions.isAtRest(index) { return }
    let transition = stream.conditions[index].process(
      evidence, start: judgement.isInRun ? SampleNumber(judgement.runOnset) : entry.start,
      end: entry.end)
    guard let transition else { return }
    draft(
      transition, .ventricularRun, of: stream, quality: entry.quality, finding: finding,
      receivedNs: entry.receivedNs)
  }

  /// The large waves of a run themselves look like poor quality: it is asked of them less.
  private static let leastQualityOfRun: Float = 0.3

  /// For those who ask what the beats were like.
  private func remember(
    _ judgement: BeatJudgement, _ score: Float, _ entry: WindowBatch.Entry, at i: Int,
    of stream: StreamPipeline
  ) {
    let sample = entry.beat ?? entry.end
    stream.memory.note(sample, score: score, limit: judgement.limit)
    guard judgement.score >= judgement.limit || judgement.isInRun else { return }
    stream.memory.keep(
      sample, score: score, limit: judgement.limit, judgement.explanation, of: batch, slot: i,
      beside: stream.scorer.patient!.references)
  }

  /// Once a second: whether the reference beats have followed the patient so far from what was
  /// learnt that a slow change would be hidden if they went on.
  func judgeDrift(of stream: StreamPipeline, at sample: SampleNumber) {
    guard let patient = stream.scorer.patient, patient.isSettled else { return }
    let constancy = patient.references.leastConstancy
    let evidence: Evidence =
      constancy < Self.driftConstancy
      ? .exceeding : constancy < Self.steadyConstancy ? .near : .clear
    judge(.baselineDrift, of: stream, evidence, at: sample)
  }

  /// Once a second: whether what was learnt as this patient's normal looks abnormal itself, as of a
  /// patient whose rhythm is ventricular from the first beat. Only other patients can tell.
  func judgeBaseline(of stream: StreamPipeline, at sample: SampleNumber) {
    guard let patient = stream.scorer.patient, !patient.isLearning,
      let logOdds = patient.references.baselineLogOdds
    else { return }
    let evidence: Evidence =
      logOdds > BaselinePrior.limit
      ? .exceeding : logOdds > BaselinePrior.limit - Self.baselineMargin ? .near : .clear
    judge(.abnormalBaseline, of: stream, evidence, at: sample)
  }

  private static let baselineMargin: Float = 1

  /// The reference beats stop following at a likeness of 0.8.
  private static let driftConstancy: Float = 0.85
  private static let steadyConstancy: Float = 0.9

  /// Feeds the alarm about abnormal windows.
  func judgeWindow(_ finding: Finding, _ entry: WindowBatch.Entry, of stream: StreamPipeline) {
    let evidence: Evidence
    if let judged = finding.judged {
      let clear = finding.limit * (1 - stream.settings.clearMargin)
      evidence = judged >= finding.limit ? .exceeding : judged >= clear ? .near : .clear
    } else {
      evidence = .unusable
    }
    if evidence == .exceeding { stream.counters.exceeding += 1 }
    let index = StreamCondition.abnormalBeats.rawValue
    let transition = stream.conditions[index].process(evidence, start: entry.start, end: entry.end)
    guard let transition else { return }
    draft(
      transition, .abnormalBeats, of: stream, quality: entry.quality, finding: finding,
      receivedNs: entry.receivedNs)
  }
}

extension BeatJudge {
  init(_ settings: AlarmSettings, _ plan: ModelPlan) {
    self.init(
      limit: plan.settings.limit, fixedLimit: settings.limit, shift: plan.shift(settings))
  }

  mutating func apply(_ settings: AlarmSettings, _ plan: ModelPlan) {
    apply(
      limit: plan.settings.limit, fixedLimit: settings.limit, shift: plan.shift(settings))
  }
}
