public import ECGCore
import ECGModel
public import ECGSignal

/// A beat that the QRS detector found in a stream.
public struct Detection: Equatable, Sendable {
  public var slot: Int
  /// Its fiducial, as `WindowScore.beat` has it.
  public var beat: SampleNumber
  /// The newest sample when it was known.
  public var known: SampleNumber
}

/// The streams of one thread, and the batch in which their windows go through the network.
///
/// Runs on plain values, so that tests and `evaluate` need no socket: admit a stream, take its
/// samples packet by packet, flush the batch, collect the alert drafts. After `admit` nothing
/// allocates.
public final class Shard {
  public let plan: ModelPlan
  var settings: AlarmSettings
  var streams = StreamTable()
  var batch: WindowBatch
  /// What has not been collected yet, oldest first.
  public internal(set) var drafts: [AlertDraft] = []
  /// Every score, for those who ask for it (`evaluate`, tests); nil keeps none.
  public var scores: [WindowScore]?
  /// Every detected beat, judged or not, for those who ask for it; nil keeps none.
  public var detections: [Detection]?
  /// Monotonic time in nanoseconds, for `latency`; nil measures none.
  public var clock: (@Sendable () -> UInt64)?
  /// From a window's last packet coming in to its score.
  public internal(set) var latency = LatencyHistogram()
  /// Who takes the waveforms of streams that are listened to.
  public var waveSink: (any WaveSink)?
  /// Who takes the strips around alarms; nil keeps none.
  public var stripSink: (any StripSink)?
  let stripRoom: StripRoom
  private var discharged = StreamCounters()

  /// - Parameter maximumWindows: windows in one pass through the network.
  public init(_ plan: ModelPlan, _ settings: AlarmSettings, maximumWindows: Int) {
    self.plan = plan
    self.settings = settings
    batch = WindowBatch(plan.model, capacity: maximumWindows)
    drafts.reserveCapacity(1024)
    stripRoom = StripRoom(
      values: plan.rate.samples(seconds: Strip.secondsBefore + Strip.secondsAfter) + 2,
      window: plan.model.manifest.lengthSamples)
  }

  public var streamCount: Int { streams.count }

  /// What has happened to all streams, those discharged included.
  public var totals: StreamCounters {
    var sum = discharged
    streams.visit { sum = sum + $0.counters }
    return sum
  }

  /// The leads of a stream that are looked at, at most.
  public static let mostLeads = LeadWatch.mostLeads

  /// Makes room for a stream; the only call that allocates.
  ///
  /// - Parameter leads: how many leads its samples have, up to `mostLeads`; the first one is judged
  ///   as long as it is of use.
  public func admit(slot: Int, rate: SampleRate, leads: Int = 1) throws(ConditionerPlanError) {
    precondition(streams[slot] == nil)
    streams[slot] = try pipeline(slot: slot, rate: rate, leads: leads)
  }

  /// A stream's pipeline, with the coefficients of one that has its rate already where there is
  /// one: all of a rate read the same memory.
  func pipeline(
    slot: Int, rate: SampleRate, leads: Int
  ) throws(ConditionerPlanError) -> StreamPipeline {
    let design: ConditionerDesign
    if let known = streams.first(where: { $0.rate == rate }) {
      design = known.path.design
    } else {
      design = try ConditionerDesign(plan.conditioner(inputRate: rate))
    }
    return StreamPipeline(
      slot: slot, rate: rate, leads: leads, design: design, plan: plan, settings: settings)
  }

  /// Hints at the streams whose packets come next and after that, before the present one is taken:
  /// the processor fetches their state meanwhile. First the state itself, then, where that is near,
  /// what it points at.
  public func expect(next: Int?, afterNext: Int?) {
    if let next { streams.prefetchPacket(slot: next) }
    if let afterNext { streams.prefetchObject(slot: afterNext) }
  }

  /// Scores what the stream still has in the batch, ends its alarms and lets it go.
  public func discharge(slot: Int) {
    guard let stream = streams[slot] else { return }
    flush()
    closeAlarms(of: stream)
    cutStripsNow(of: stream)
    discharged = discharged + stream.counters
    streams[slot] = nil
  }

  /// Lets every stream go.
  public func dischargeAll() {
    flush()
    for slot in streams.slots { discharge(slot: slot) }
  }

  /// New limits, from the next window on.
  public func apply(_ settings: AlarmSettings) {
    self.settings = settings
    streams.visit { $0.apply(settings) }
  }

  /// Hands over the drafts, oldest first, until `body` takes no more.
  public func collect(_ body: (AlertDraft) -> Bool) {
    var taken = 0
    while taken < drafts.count, body(drafts[taken]) { taken += 1 }
    drafts.removeFirst(taken)
  }
}
