import ECGAlarm
import ECGCore
import ECGModel
import ECGSignal

/// Everything that ecgd knows of one stream: its place in the sample count, its signal path, what
/// was learnt of the patient, and its alarm conditions.
///
/// Owned by one shard's thread. Everything is allocated in `init`.
final class StreamPipeline {
  // What every packet touches lies together, the signal path last: `packetBytes`.
  let slot: Int
  let rate: SampleRate
  var continuity = Continuity()
  var clock = DeviceClock()
  var conditions: RestTable<AlarmCondition>
  var signals: RestTable<AlarmSignal>
  var lastReceivedNs: UInt64 = 0
  /// How many samples the last packet had.
  var lastPacketSamples = 0
  /// Whether windows are scored: not while the daemon cannot keep up.
  var isScoring = true
  /// Windows handed to the batch and not yet scored.
  var pending = 0
  /// While somebody listens to the waveforms.
  var tap: WaveTap?
  /// The stream's sample that is number 0 of the signal path.
  var origin = SampleNumber(0)
  /// Up to this index of the signal path, the last samples that were lost on the way stand.
  var bridgedUntil = Int64.min / 2
  /// How far the clock of the signals runs ahead of the sample numbers, because no samples came
  /// while the clock went on.
  var clockLead: Int64 = 0
  /// That lead where the samples stopped last.
  var silenceStartLead: Int64 = 0
  var counters = StreamCounters()
  var leads: StreamLeads
  /// Seconds of samples since the admission.
  var secondsTicked: UInt64 = 0
  var path: SignalPath

  // What every judged beat touches: `beatBytes`.
  var scorer: PatientScorer
  /// For models that know the patient's own beats.
  var judge: BeatJudge
  var fastRun = FastRun()
  var memory = BeatMemory()
  var settings: AlarmSettings

  var irregularity = RhythmIrregularity()
  var heart: HeartRate
  var net: SafetyNet
  let plan: ModelPlan
  let pathPrint: String
  var strips: StripMemory
  var alarmNumbers: [UInt64]
  /// What was found last by the conditions about beats: every alert about them shows it.
  var findings: [Finding?]
  /// Who acknowledged each alarm.
  var acknowledgers: [String?]
  /// Who ends a pause, while that is told.
  var resumer: String?
  var pause: StreamPause?
  /// How many model-rate samples lie before the signal path's number 0, over all restarts: the
  /// patient's model counts on.
  var patientOffset: Int64 = 0
  var lastScore: Float?
  /// How often the signal path was started anew.
  var pathNumber: UInt32 = 0

  init(
    slot: Int, rate: SampleRate, leads: Int, design: ConditionerDesign, plan: ModelPlan,
    settings: AlarmSettings
  ) {
    self.slot = slot
    self.plan = plan
    self.rate = rate
    pathPrint = Self.pathPrint(plan, rate)
    self.settings = settings
    path = SignalPath(design, plan.schedule, detector: plan.detector)
    self.leads = StreamLeads(leads, design: design, rate: rate, plan: plan, settings: settings)
    scorer = PatientScorer(plan.settings)
    judge = BeatJudge(settings, plan)
    heart = HeartRate(rate: plan.rate)
    net = SafetyNet(rate: plan.rate)
    conditions = RestTable(
      StreamCondition.allCases.map { AlarmCondition(settings.rule(of: $0, at: rate)) })
    signals = RestTable(
      StreamCondition.allCases.map { AlarmSignal(settings.signalRule(of: $0, at: rate)) })
    let count = StreamCondition.allCases.count
    alarmNumbers = [UInt64](repeating: 0, count: count)
    findings = (0..<count).map { _ in nil }
    acknowledgers = (0..<count).map { _ in nil }
    strips = StripMemory(
      conditions: count, capacity: path.signal.capacity)
  }

  /// What scores are held against now.
  var limit: Float {
    if scorer.patient != nil { return judge.limit }
    return settings.limit ?? plan.settings.limit
  }
  /// Nil where the limit was not chosen for a rate of false alerts.
  var promisedFalseAlerts: Double? {
    settings.limit == nil && plan.falseAlerts != nil ? settings.falseAlertsPerHour : nil
  }

  var phase: StreamSnapshot.Phase {
    if !scorer.isLearning { return scorer.patient?.isSettled == false ? .settling : .learnt }
    return scorer.progress > 0 && scorer.referenceCount != 0 ? .learning : .waiting
  }

  /// The stream's sample that an index of the signal path stands for.
  func sample(at index: Int64) -> SampleNumber {
    SampleNumber(origin.rawValue + path.design.inputPosition(ofOutput: index))
  }

  /// Starts the signal path anew at a sample; what was learnt of the patient stays.
  func restartPath(at sample: SampleNumber) {
    patientOffset += path.signal.endIndex
    path.reset()
    leads.interrupt()
    strips.reset()
    pathNumber &+= 1
    tap?.reset()
    heart.reset()
    net.reset()
    fastRun.breakOff()
    bridgedUntil = Int64.min / 2
    scorer.patient?.breakOff()
    irregularity.breakOff()
    origin = sample
  }

  /// Another run's sample numbers: an onset in the old ones would lie nowhere.
  func forgetPlaces() {
    irregularity.reset()
    judge.breakOff()
  }

  /// The newest sample that was taken.
  var lastSample: SampleNumber { (continuity.expected ?? SampleNumber(1)) - 1 }

  /// A longer gap than this, in samples, starts the signal path anew.
  var longestBridge: Int64 { Int64(rate.samples(seconds: Self.longestBridgeSeconds)) }

  private static let longestBridgeSeconds = 10.0
  /// Signal quality is told of so much.
  private static let qualitySeconds = 2.0

  /// Whether samples that were lost on the way are part of what `recentQuality` judges: they say
  /// nothing of the electrode.
  var isBridging: Bool {
    path.signal.endIndex - bridgedUntil < Int64(plan.rate.samples(seconds: Self.qualitySeconds))
  }

  /// Forgets the patient: another lead or another rate tells nothing about this one.
  func forgetPatient() {
    scorer.reset()
    judge.reset()
    irregularity.reset()
    memory.reset()
    leads.forgetPatient()
    lastScore = nil
  }

  /// Whether samples of that quality are good enough to be judged.
  func canJudge(_ quality: Quality) -> Bool {
    quality.index >= settings.minimumQuality && !quality.isLeadOff
  }

  /// The quality of the last two seconds.
  func recentQuality() -> Quality {
    let end = path.signal.endIndex
    let start = max(0, end - Int64(plan.rate.samples(seconds: Self.qualitySeconds)))
    return path.quality.quality(of: start..<end)
  }

  func apply(_ new: AlarmSettings) {
    settings = new
    judge.apply(new, plan)
    leads.apply(new, plan)
    for name in StreamCondition.allCases {
      conditions[name.rawValue].rule = new.rule(of: name, at: rate)
      signals[name.rawValue].rule = new.signalRule(of: name, at: rate)
    }
  }
}
