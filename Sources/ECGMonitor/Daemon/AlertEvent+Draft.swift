import ECGAlarm
import ECGCore
import ECGPipeline
import ECGSignal
import ECGWire

extension AlertEvent {
  /// Fills in what a draft and its stream know.
  mutating func dress(_ draft: AlertDraft, _ facts: StreamFacts, of daemon: DaemonFacts) {
    let transition = draft.transition
    stream = facts.stream.name
    lead = facts.lead.name
    sampleRateHz = facts.rate.hertz
    mode = facts.mode.name
    onset = Moment(sample: transition.onset.rawValue, timeNs: draft.onsetTimeNs)
    let now = Moment(sample: transition.detection.rawValue, timeNs: draft.detectionTimeNs)
    detection = now
    if transition.phase == .end { end = now }
    score = draft.score.map(Double.init)
    limit = draft.limit.map(Double.init)
    worstSegment = draft.worst.map {
      WorstSegment(
        startSample: $0.start.rawValue, endSample: $0.end.rawValue, error: Double($0.error),
        share: Double($0.share))
    }
    if draft.condition == .abnormalBeats {
      model = Model(name: daemon.model, hash: daemon.modelHash)
    }
    quality = Quality(
      index: Double(draft.quality.index),
      reason: draft.quality.index < 1 ? draft.quality.reason.text : nil)
    reason = draft.words(facts)
    wall = Wall(receivedAt: daemon.wallTime(ofMonotonicNs: draft.receivedNs))
  }
}

extension AlertDraft {
  /// What happened, for whoever reads it at a bedside.
  func words(_ facts: StreamFacts) -> String {
    let lead = facts.lead.name
    let isEnd = transition.phase == .end
    switch condition {
    case .abnormalBeats:
      if isEnd { return "lead \(lead) looks like this patient's own normal again" }
      return "lead \(lead) no longer looks like this patient's own normal"
    case .leadOff:
      return isEnd ? "lead \(lead) carries a signal again" : "lead \(lead) carries no ECG"
    case .signalQuality:
      return isEnd
        ? "lead \(lead) can be judged again"
        : "lead \(lead) is too noisy to be judged: \(quality.reason.text)"
    case .gap:
      return isEnd ? "samples come without gaps again" : "samples were lost on the way to ecgd"
    case .streamSilent: return isEnd ? "samples come again" : "no samples come any more"
    case .layoutChange:
      return isEnd
        ? "the patient has been learnt anew"
        : "leads, gain or sample rate changed: the patient is being learnt anew"
    case .badPackets:
      return isEnd ? "no packet was refused for a while" : "packets of this stream are refused"
    case .streamLimit, .overload, .noise, .notAnalysable, .asystole, .ventricularTachycardia,
      .ventricularRun, .atrialFibrillation, .extremeBradycardia, .extremeTachycardia:
      return "\(condition.rawValue)"
    }
  }
}
