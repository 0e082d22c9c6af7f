import ECGAlarm
import ECGCore
import ECGPipeline
import ECGWire

/// One stream as a daemon would watch it to which nothing ever happens: no threads, no other
/// streams, no disk, no operators' sockets. It is given what the daemon took, and its alerts are
/// what the daemon must have told.
final class ReferenceStream {
  /// What happened to a stream, in the order in which its shard saw it.
  enum Event {
    case packet([UInt8], receivedNs: UInt64)
    case refused
    case tick(nowNs: UInt64)
    case acknowledge(alarm: String, by: String?)
    case pause(seconds: Int, by: String?)
    case resume
    /// The stream ended.
    case end
    /// Another daemon took over, which knew what operators had been told last.
    case takeover(nowNs: UInt64, open: [OpenAlarm], alarms: [ConditionName: String])
  }

  private let plan: ModelPlan
  private let settings: AlarmSettings
  private var shard: Shard
  private var layout: [UInt8] = []
  private var rate = SampleRate(millihertz: 0)
  private var patient: UInt8 = 0
  /// The alarms that are on, by the ids under which they were told.
  var alarms: [ConditionName: String] = [:]

  init(_ plan: ModelPlan, _ settings: AlarmSettings) {
    self.plan = plan
    self.settings = settings
    shard = Shard(plan, settings, maximumWindows: 1)
  }

  /// Takes one event; what is to be told after it, in order.
  func take(_ event: Event) -> [AlertDraft] {
    switch event {
    case .packet(let bytes, let receivedNs): take(bytes, receivedNs)
    case .refused: shard.refused(slot: 0)
    case .tick(let nowNs): shard.tick(nowNs: nowNs)
    case .acknowledge(let alarm, let by):
      if let condition = alarms.first(where: { $0.value == alarm })?.key,
        let number = shard.openAlarms(slot: 0)[condition]
      {
        _ = shard.acknowledge(slot: 0, condition: condition, alarmNumber: number, by: by)
      }
    case .pause(let seconds, let by): _ = shard.pause(slot: 0, seconds: seconds, by: by)
    case .resume: _ = shard.resume(slot: 0)
    case .end:
      shard.discharge(slot: 0)
      layout = []
    case .takeover(let nowNs, let open, let alarms):
      takeOver(nowNs, open)
      self.alarms = alarms
    }
    return drafts()
  }

  private func drafts() -> [AlertDraft] {
    shard.flush()
    var drafts: [AlertDraft] = []
    shard.collect {
      drafts.append($0)
      return true
    }
    return drafts
  }

  private func take(_ bytes: [UInt8], _ receivedNs: UInt64) {
    let header = try! SamplePacketHeader.decode(bytes.span.bytes)
    let own = StreamLedger.layout(header, bytes)
    let place = PacketPlace(
      session: header.session, sequence: header.sequence, first: header.firstSample,
      count: header.samplesPerLead)
    if layout != own {
      if layout.isEmpty {
        try! shard.admit(slot: 0, rate: header.sampleRate)
      } else {
        try! shard.changeLayout(slot: 0, rate: header.sampleRate, at: header.firstSample)
      }
      (layout, rate, patient) = (own, header.sampleRate, header.patient)
    }
    if header.patient != patient, shard.isNews(place, slot: 0) {
      patient = header.patient
      shard.changePatient(slot: 0, at: header.firstSample)
    }
    let samples = StreamLedger.millivolts(header, bytes)
    shard.take(
      samples.span, at: place, deviceTimeNs: header.deviceTimeNs, slot: 0, receivedNs: receivedNs)
  }

  private func takeOver(_ nowNs: UInt64, _ open: [OpenAlarm]) {
    guard !layout.isEmpty else { return }
    var state = StateCoder(capacity: 1 << 18)
    precondition(shard.save(slot: 0, into: &state) && state.failure == nil)
    shard = Shard(plan, settings, maximumWindows: 1)
    var reader = StateCoder(reading: state.written)
    try! shard.restore(slot: 0, rate: rate, from: &reader, nowNs: nowNs)
    shard.agree(slot: 0, with: open)
  }
}
