import ECGAlarm
import ECGCore
import ECGModel
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
    presence = draft.presence
    cause = draft.cause
    if draft.isEscalated {
      escalated = true
      priority = draft.condition.priority.raised
    }
    acknowledged = draft.acknowledged.map { Acknowledgement(by: $0.by, until: Moment($0)) }
    paused = draft.paused.map { Pause(by: $0.by, until: Moment($0)) }
    cleared = draft.cleared.map { Moment(sample: $0.rawValue) }
    score = draft.score.map(Double.init)
    limit = draft.limit.map(Double.init)
    falseAlertsPerHour = draft.falseAlertsPerHour
    explanation = draft.explanation.map(Explanation.init)
    explanation?.curves = draft.curves.map(Explanation.Curves.init)
    worstSegment = draft.worst.map {
      WorstSegment(
        startSample: $0.start.rawValue, endSample: $0.end.rawValue, error: Double($0.error),
        share: Double($0.share))
    }
    if draft.score != nil || draft.condition == .abnormalBeats {
      model = Model(name: daemon.model, hash: daemon.modelHash)
    }
    quality = Quality(
      index: Double(draft.quality.index),
      reason: draft.quality.index < 1 ? draft.quality.reason.text : nil)
    reason = draft.words(facts)
    wall = Wall(receivedAt: daemon.wallTime(ofMonotonicNs: draft.receivedNs))
  }
}

extension AlertEvent.Moment {
  init(_ act: OperatorAct) {
    self.init(sample: max(0, act.until.rawValue), timeNs: act.untilTimeNs)
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
      return "lead \(lead) no longer looks like this patient's own normal" + because
    case .ventricularRun:
      if isEnd { return "the run of beats of another shape on lead \(lead) is over" }
      return "beats of another shape than this patient's own in a row on lead \(lead)" + because
    case .atrialFibrillation:
      if isEnd { return "the beats come in order again" }
      return "the beats come without order, as in atrial fibrillation"
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
    case .patientChange:
      return isEnd
        ? "the new patient has been learnt"
        : "another patient is in the bed, says the gateway: learnt anew"
    case .badPackets:
      return isEnd ? "no packet was refused for a while" : "packets of this stream are refused"
    case .baselineDrift:
      return isEnd
        ? "the patient's beats are like those that were learnt again"
        : "lead \(lead) has changed slowly since the patient was learnt"
    case .abnormalBaseline:
      return isEnd
        ? "the patient's usual beats look like other patients' normal ones"
        : "the patient's usual beats on lead \(lead) look like other patients' ventricular ones"
    case .asystole:
      return isEnd
        ? "the heart beats again" : "no heartbeat on lead \(lead), and its electrodes are on"
    case .ventricularFibrillation:
      return isEnd
        ? "the waves on lead \(lead) are beats again"
        : "lead \(lead) shows waves without beats, as in ventricular flutter or fibrillation"
    case .ventricularTachycardia:
      return isEnd
        ? "the fast run of wide beats on lead \(lead) is over"
        : "a fast run of wide beats on lead \(lead), as in ventricular tachycardia"
    case .extremeBradycardia:
      return isEnd ? "the heart beats faster again" : "the heart beats extremely slowly"
    case .extremeTachycardia:
      return isEnd ? "the heart beats slower again" : "the heart beats extremely fast"
    case .pause:
      return isEnd ? "the beats come in time again" : "the heart paused between two beats"
    case .alarmsPaused:
      return isEnd
        ? "the alarms of this stream are no longer paused" : "the alarms of this stream are paused"
    case .streamLimit, .overload, .journalFailure, .wrongfulGateway, .noise, .notAnalysable:
      return "\(condition.rawValue)"
    }
  }
}

extension AlertDraft {
  /// The part of the evidence that weighs most, and where in the beat it lies.
  fileprivate var because: String {
    guard let explanation else { return "" }
    switch explanation.part {
    case .shape:
      switch explanation.segment {
      case .beforeQRS: return ": the shape before the QRS complex"
      case .qrs: return ": the shape of the QRS complex"
      case .afterQRS: return ": the shape after the QRS complex"
      }
    case .timing: return explanation.earliness < 0 ? ": beats come early" : ": beats come off time"
    case .rate:
      return explanation.pace > 1 ? ": the heart beats faster" : ": the heart beats slower"
    }
  }
}

extension AlertEvent.Explanation.Curves {
  init(_ found: BeatCurves) {
    func values(_ curve: InlineArray<96, Int16>) -> [Double] {
      curve.indices.map { Double(curve[$0]) / Double(BeatCurves.unitsPerAmplitude) }
    }
    self.init(
      rateHz: BeatExcerpt.sampleRateHz, samplesBefore: BeatExcerpt.before,
      beat: values(found.beat), reference: values(found.reference))
  }
}

extension AlertEvent.Explanation {
  init(_ found: BeatExplanation) {
    self.init(
      part: found.part.rawValue, shape: Double(found.shape), timing: Double(found.timing),
      pace: Double(found.pace), segment: found.segment.name,
      segments: Segments(
        beforeQRS: Double(found.ratios.beforeQRS), qrs: Double(found.ratios.qrs),
        afterQRS: Double(found.ratios.afterQRS)),
      reference: Reference(
        index: found.reference, similarity: Double(found.similarity), share: Double(found.share)))
  }
}
