import ECGAlarm
import ECGCore
import ECGSignal

extension Shard {
  /// Feeds a technical condition and drafts the alert that follows.
  func judge(
    _ name: StreamCondition, of stream: StreamPipeline, _ evidence: Evidence,
    at sample: SampleNumber
  ) {
    let index = name.rawValue
    // A condition at rest needs no clear evidence; this is the common case for every packet.
    if evidence == .clear, stream.conditions[index].state == .normal { return }
    let transition = stream.conditions[index].process(evidence, start: sample, end: sample)
    guard let transition else { return }
    // Windows completed before this come first, however long they would have waited.
    settle(stream)
    draft(transition, name, of: stream, quality: stream.recentQuality())
  }

  /// Once a second: lead off, poor signal, and the end of what was lost.
  func judgeSignal(of stream: StreamPipeline, at sample: SampleNumber) {
    let quality = stream.recentQuality()
    if !stream.isBridging { judgeElectrode(quality, of: stream, at: sample) }
    judgeDrift(of: stream, at: sample)
    judge(.gap, of: stream, .clear, at: sample)
    judge(.badPackets, of: stream, .clear, at: sample)
    endWhenLearnt(.layoutChange, of: stream, at: sample)
    endWhenLearnt(.patientChange, of: stream, at: sample)
  }

  private func endWhenLearnt(
    _ name: StreamCondition, of stream: StreamPipeline, at sample: SampleNumber
  ) {
    guard stream.condition(name).isActive else { return }
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
    for name in StreamCondition.allCases {
      let transition = stream.conditions[name.rawValue].close(at: last)
      guard let transition else { continue }
      let finding =
        name.isAboutBeats ? Finding(score: stream.lastScore, limit: stream.limit) : nil
      draft(transition, name, of: stream, quality: stream.recentQuality(), finding: finding)
    }
  }

  func draft(
    _ transition: AlarmTransition, _ name: StreamCondition, of stream: StreamPipeline,
    quality: Quality, finding: Finding? = nil, receivedNs: UInt64? = nil
  ) {
    let index = name.rawValue
    if transition.phase == .start {
      stream.counters.alarms += 1
      stream.alarmNumbers[index] = stream.counters.alarms
    }
    drafts.append(
      AlertDraft(
        slot: stream.slot, condition: name.name, transition: transition,
        alarmNumber: stream.alarmNumbers[index],
        onsetTimeNs: stream.clock.timeNs(of: transition.onset, rate: stream.rate),
        detectionTimeNs: stream.clock.timeNs(of: transition.detection, rate: stream.rate),
        score: finding?.score, limit: finding?.limit,
        worst: finding?.worst, explanation: finding?.explanation,
        falseAlertsPerHour: finding?.explanation == nil ? nil : stream.promisedFalseAlerts,
        quality: quality, receivedNs: receivedNs ?? stream.lastReceivedNs))
  }
}

extension StreamPipeline {
  func condition(_ name: StreamCondition) -> AlarmCondition { conditions[name.rawValue] }
}
