import ECGAlarm
import ECGCore
import ECGModel
import ECGSignal

/// The rule alarms: what the QRS detector's beats say without a model, and while a patient is still
/// being learnt.
extension Shard {
  /// A beat was found.
  func judgeRate(of stream: StreamPipeline, _ beat: Beat) {
    guard stream.net.take(beat) else { return }
    let sample = stream.sample(at: stream.path.signal.endIndex - 1)
    let settings = stream.settings
    if let interval = stream.net.lastInterval, interval >= settings.pauseSeconds {
      judge(
        .pause, of: stream, .exceeding, at: sample, from: stream.place(stream.net.onset(over: 1)))
    }
    if let slow = stream.net.beatsPerMinute(over: SafetyRules.slowIntervals) {
      let evidence: Evidence =
        slow < settings.bradycardiaPerMinute
        ? .exceeding
        : slow < settings.bradycardiaPerMinute + SafetyRules.rateMargin ? .near : .clear
      judge(
        .extremeBradycardia, of: stream, evidence, at: sample,
        from: stream.place(stream.net.onset(over: SafetyRules.slowIntervals)))
    }
    if let fast = stream.net.beatsPerMinute(over: SafetyRules.fastIntervals) {
      let evidence: Evidence =
        fast > settings.tachycardiaPerMinute
        ? .exceeding
        : fast > settings.tachycardiaPerMinute - SafetyRules.rateMargin ? .near : .clear
      judge(
        .extremeTachycardia, of: stream, evidence, at: sample,
        from: stream.place(stream.net.onset(over: SafetyRules.fastIntervals)))
    }
  }

  /// Once a second: what the absence of beats says, and waves without beats.
  ///
  /// - Parameter recent: the quality of the last two seconds.
  func judgeStandstill(of stream: StreamPipeline, at sample: SampleNumber, recent: Quality) {
    let end = stream.path.signal.endIndex
    let start = max(0, end - Int64(plan.rate.samples(seconds: FibrillationMeasure.seconds)))
    let quality = stream.path.quality.quality(of: start..<end)
    // A lead that is off shows no beat either; that is another alarm, and nothing is concluded.
    // The last two seconds tell it sooner than a missing beat tells anything.
    let isOff = quality.isLeadOff || recent.isLeadOff
    guard !isOff, !stream.isBridging else {
      stream.net.interrupt(at: end)
      for name in [StreamCondition.asystole, .pause, .ventricularFibrillation] {
        judge(name, of: stream, .unusable, at: sample)
      }
      return
    }
    let isWave = isFibrillation(stream, start..<end)
    judge(
      .ventricularFibrillation, of: stream, isWave ? .exceeding : .clear, at: sample,
      from: stream.sample(at: start))
    let settings = stream.settings
    let quiet = stream.net.quietSeconds(at: end - Int64(stream.path.beatDelaySamples))
    if quiet >= settings.pauseSeconds, !stream.net.isShaken,
      stream.path.quality.levelStep(in: start..<end) > SafetyRules.shakenMillivolts
    {
      stream.net.shake(at: end)
      for name in [StreamCondition.asystole, .pause] {
        judge(name, of: stream, .unusable, at: sample)
      }
      return
    }
    let since = stream.place(stream.net.quietSince)
    let isStill = quiet >= settings.asystoleSeconds
    judge(
      .asystole, of: stream, isStill ? (isWave ? .near : .exceeding) : .clear, at: sample,
      from: since)
    judge(
      .pause, of: stream,
      isStill ? .near : quiet >= settings.pauseSeconds ? .exceeding : .clear, at: sample,
      from: since)
    // Where no beat comes, no beat can end these.
    if isStill { judge(.extremeTachycardia, of: stream, .clear, at: sample) }
  }

  private func isFibrillation(_ stream: StreamPipeline, _ range: Range<Int64>) -> Bool {
    guard range.count == plan.rate.samples(seconds: FibrillationMeasure.seconds),
      let measure = FibrillationMeasure(stream.path.signal, range, rate: plan.rate)
    else { return false }
    return measure.leakage < stream.settings.fibrillationLeakage
      && SafetyRules.fibrillationHertz.contains(measure.hertz)
      && measure.rangeMillivolts >= SafetyRules.leastWaveMillivolts
  }

  /// A beat was judged: whether it ends a fast run of beats that are not the patient's own.
  func judgeFastRun(
    _ beat: Int64, score: Float, _ entry: WindowBatch.Entry, of stream: StreamPipeline,
    _ finding: Finding
  ) {
    let index = StreamCondition.ventricularTachycardia.rawValue
    let run = stream.fastRun.take(beat, score: score, rate: plan.rate)
    let settings = stream.settings
    let fast = run.flatMap {
      $0.beatsPerMinute >= settings.ventricularPerMinute && $0.score >= settings.ventricularScore
        ? stream.place($0.first) : nil
    }
    if fast == nil, stream.conditions.isAtRest(index) { return }
    let transition = stream.conditions[index].process(
      fast == nil ? .clear : .exceeding, start: fast.map { min($0, entry.start) } ?? entry.start,
      end: entry.end)
    guard let transition else { return }
    draft(
      transition, .ventricularTachycardia, of: stream, quality: entry.quality, finding: finding,
      receivedNs: entry.receivedNs)
  }
}

/// The constants of the rule alarms that no configuration changes.
enum SafetyRules {
  /// Five beats, as the Challenge of 2015 defines extreme bradycardia.
  static let slowIntervals = 4
  static let fastIntervals = 8
  /// By so many beats a minute a rate must leave its limit before the alarm may end.
  static let rateMargin = 5.0
  /// Where ventricular flutter and fibrillation waves lie.
  static let fibrillationHertz = 2.5...9.0
  static let leastWaveMillivolts = 0.15
  /// An electrode that loses its hold for a moment moves the level by more than this from one second
  /// to the next, and the amplifier shows no beats until it is back.
  static let shakenMillivolts: Float = 1
}

extension StreamPipeline {
  /// The stream's sample of an index, at or after the start of the path.
  func place(_ index: Int64?) -> SampleNumber? { index.map { sample(at: max(0, $0)) } }
}
