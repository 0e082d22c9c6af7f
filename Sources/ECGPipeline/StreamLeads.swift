import ECGCore
import ECGModel
import ECGSignal

/// What belongs to one lead of a patient: what was learnt on it. It waits here while another lead is
/// judged.
struct LeadMemory {
  var scorer: PatientScorer
  var judge: BeatJudge
  var irregularity = RhythmIrregularity()
  var memory = BeatMemory()
  var net: SafetyNet
  /// As the stream's: the lead's clock stands still while another one is judged.
  var patientOffset: Int64 = 0

  init(_ plan: ModelPlan, _ settings: AlarmSettings) {
    scorer = PatientScorer(plan.settings)
    judge = BeatJudge(settings, plan)
    net = SafetyNet(rate: plan.rate)
  }

  mutating func forgetPatient() {
    scorer.reset()
    judge.reset()
    irregularity.reset()
    memory.reset()
  }
}

/// The leads of a stream that may be judged, the preferred one first, and what is known of those
/// that are not.
///
/// Everything is allocated in `init`; for a stream of one lead nothing is.
struct StreamLeads {
  let count: Int
  var watch = LeadWatch()
  /// By lead; that of the judged one rests.
  private var scouts: [LeadScout] = []
  /// By lead; what lies at the judged one is not in use.
  private var memories: [LeadMemory] = []
  /// Samples of the present second.
  private(set) var elapsed = 0
  private let second: Int

  init(
    _ count: Int, design: ConditionerDesign, rate: SampleRate, plan: ModelPlan,
    settings: AlarmSettings
  ) {
    precondition((1...LeadWatch.mostLeads).contains(count))
    self.count = count
    second = rate.samples(seconds: 1)
    guard count > 1 else { return }
    for _ in 0..<count {
      scouts.append(LeadScout(design))
      memories.append(LeadMemory(plan, settings))
    }
  }

  var judged: Int { watch.judged }

  /// So many samples are left of the present second; the leads are compared at its end.
  var left: Int { count > 1 ? second - elapsed : Int.max }

  /// Another patient: nothing is known of any lead.
  mutating func forgetPatient() {
    for i in 0..<memories.count { memories[i].forgetPatient() }
  }

  mutating func apply(_ settings: AlarmSettings, _ plan: ModelPlan) {
    for i in 0..<memories.count { memories[i].judge.apply(settings, plan) }
  }

  /// Samples were lost, or the signal path begins anew.
  mutating func interrupt() {
    watch.interrupt()
    elapsed = 0
    for i in 0..<scouts.count { scouts[i].reset() }
  }

  /// Takes the samples of a lead that is not judged, while it is looked at.
  mutating func scout(_ lead: Int, _ millivolts: Span<Float>) {
    if watch.isScouting, lead != judged { scouts[lead].take(millivolts) }
  }

  /// So many samples have been taken of every lead; true at the end of a second.
  mutating func advance(_ samples: Int) -> Bool {
    guard count > 1 else { return false }
    elapsed += samples
    guard elapsed >= second else { return false }
    elapsed = 0
    return true
  }

  /// At the end of a second: the lead that is to be judged from now on, where it is another one.
  mutating func compare(_ quality: Quality, least: Float) -> Int? {
    var others = InlineArray<3, Quality?>(repeating: nil)
    let wasScouting = watch.isScouting
    if wasScouting {
      for i in 0..<count where i != judged { others[i] = scouts[i].recent }
    }
    let next = watch.process(quality: quality, others: others, least: least)
    if next != nil || wasScouting != watch.isScouting {
      for i in 0..<scouts.count { scouts[i].reset() }
    }
    return next
  }

  /// Puts by what is known of one lead, and takes out what is known of another: `body` swaps it
  /// with what is in use, so that no storage is copied.
  mutating func exchange(_ old: Int, for new: Int, _ body: (inout LeadMemory) -> Void) {
    body(&memories[new])
    memories.swapAt(old, new)
  }
}

extension StreamLeads: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.group(1, &watch)
    state.field(2, &elapsed, in: 0...second)
    // A lead that is not in the layout any more cannot be judged.
    if state.isReading, judged >= count { watch = LeadWatch() }
    for i in 0..<scouts.count {
      state.group(UInt8(10 + 2 * i), &scouts[i])
      state.group(UInt8(11 + 2 * i), &memories[i])
    }
  }
}

extension LeadMemory: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.group(1, &scorer)
    state.group(2, &judge)
    state.group(3, &irregularity)
    state.group(4, &memory)
    state.group(5, &net)
    state.field(6, &patientOffset)
  }
}
