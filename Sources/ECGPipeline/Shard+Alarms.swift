import ECGAlarm
import ECGCore
import ECGSignal

extension Shard {
  /// Feeds a technical condition and drafts the alert that follows.
  func judge(
    _ name: StreamCondition, of stream: StreamPipeline, _ evidence: Evidence,
    at sample: SampleNumber, from onset: SampleNumber? = nil
  ) {
    let index = name.rawValue
    // A condition at rest needs no clear evidence; this is the common case for every packet.
    if evidence == .clear, stream.conditions.isAtRest(index) { return }
    let transition = stream.conditions[index].process(
      evidence, start: onset ?? sample, end: sample)
    guard let transition else { return }
    // Windows completed before this come first, however long they would have waited.
    settle(stream)
    draft(transition, name, of: stream, quality: stream.recentQuality())
  }

  /// Once a second: lead off, poor signal, and the end of what was lost.
  func judgeSignal(of stream: StreamPipeline, at sample: SampleNumber) {
    tickSignals(of: stream, at: sample)
    cutStripsDue(of: stream)
    let quality = stream.recentQuality()
    judgeStandstill(of: stream, at: sample, recent: quality)
    if !stream.isBridging { judgeElectrode(quality, of: stream, at: sample) }
    judgeDrift(of: stream, at: sample)
    judgeBaseline(of: stream, at: sample)
    judge(.gap, of: stream, .clear, at: sample)
    judge(.badPackets, of: stream, .clear, at: sample)
    endWhenLearnt(.layoutChange, of: stream, at: sample)
    endWhenLearnt(.patientChange, of: stream, at: sample)
  }

  private func endWhenLearnt(
    _ name: StreamCondition, of stream: StreamPipeline, at sample: SampleNumber
  ) {
    guard !stream.conditions.isAtRest(name.rawValue), stream.condition(name).isActive else {
      return
    }
    settle(stream)
    if !stream.scorer.isLearning { judge(name, of: stream, .clear, at: sample) }
  }

  private func judgeElectrode(
    _ quality: Quality, of stream: StreamPipeline, at sample: SampleNumber
  ) {
    judge(.leadOff, of: stream, quality.isLeadOff ? .exceeding : .clear, at: sample)
    let isPoor = !quality.isLeadOff && quality.index < stream.settings.minimumQuality
    judge(.signalQuality, of: stream, isPoor ? .exceeding : .clear, at: sample)
  }

  /// Ends every alarm of the stream at its last sample.
  func closeAlarms(of stream: StreamPipeline) {
    let last = stream.lastSample
    stream.pause = nil
    for name in StreamCondition.allCases {
      _ = stream.conditions[name.rawValue].close(at: last)
      tell(.close, name, of: stream, at: last)
    }
    stream.clockLead = 0
    stream.silenceStartLead = 0
  }

  /// Hands a condition's change to its signal, which knows what operators are told of it.
  func draft(
    _ transition: AlarmTransition, _ name: StreamCondition, of stream: StreamPipeline,
    quality: Quality, finding: Finding? = nil, receivedNs: UInt64? = nil
  ) {
    if let finding { stream.findings[name.rawValue] = finding }
    let input: AlarmSignal.Input =
      switch transition.phase {
      case .start: .begin
      case .continue: .goOn
      case .end: .end
      }
    tell(
      input, name, of: stream, at: transition.detection, onset: transition.onset,
      quality: quality, receivedNs: receivedNs)
  }

  /// Gives a signal its input and drafts the alert that follows.
  func tell(
    _ input: AlarmSignal.Input, _ name: StreamCondition, of stream: StreamPipeline,
    at now: SampleNumber, onset: SampleNumber? = nil, quality: Quality? = nil,
    receivedNs: UInt64? = nil, because cause: AlertCause? = nil, lead: Int? = nil
  ) {
    let index = name.rawValue
    // What is told counts by the signals' clock; what is stated are the stream's samples.
    let event = stream.signals[index].process(
      input, at: now + Int(stream.clockLead), onset: onset, isPaused: stream.pause != nil)
    guard let event else { return }
    if event.phase == .start {
      stream.counters.alarms += 1
      stream.alarmNumbers[index] = stream.counters.alarms
      awaitStrip(
        stream.counters.alarms, onset: stream.signals[index].onset, condition: index, of: stream)
    }
    let signal = stream.signals[index]
    if signal.acknowledgedUntil == nil { stream.acknowledgers[index] = nil }
    let finding = name.isAboutBeats ? stream.findings[index] : nil
    let transition = AlarmTransition(phase: event.phase, onset: signal.onset, detection: now)
    drafts.append(
      AlertDraft(
        slot: stream.slot, condition: name.name, lead: lead ?? stream.leads.judged,
        transition: transition,
        presence: event.presence, cause: cause ?? event.cause, isEscalated: signal.isEscalated,
        acknowledged: signal.acknowledgedUntil.map {
          stream.act(by: stream.acknowledgers[index], until: $0)
        },
        paused: stream.pause.map { stream.act(by: $0.by, until: $0.until) },
        resumedBy: stream.resumer,
        cleared: signal.cleared.map { $0 - Int(stream.clockLead) },
        alarmNumber: stream.alarmNumbers[index],
        onsetTimeNs: stream.clock.timeNs(of: transition.onset, rate: stream.rate),
        detectionTimeNs: stream.clock.timeNs(of: transition.detection, rate: stream.rate),
        score: finding?.score, limit: finding?.limit,
        worst: finding?.worst, explanation: finding?.explanation,
        curves: event.phase == .start ? stream.memory.curves(of: finding?.explanation) : nil,
        falseAlertsPerHour: finding?.explanation == nil ? nil : stream.promisedFalseAlerts,
        quality: quality ?? stream.recentQuality(),
        receivedNs: receivedNs ?? stream.lastReceivedNs))
    if event.phase == .end { stream.findings[index] = nil }
  }
}

extension StreamPipeline {
  func condition(_ name: StreamCondition) -> AlarmCondition { conditions[name.rawValue] }
}
