import ECGCore
import ECGRecords
import ECGWire

/// One stream of a replay: makes its packets one by one, with their faults.
struct ReplayStream {
  let stream: StreamID
  let topic: [UInt8]
  private(set) var samplesOffered = 0

  private let source: ReplaySource
  private let plan: FaultPlan
  private let startNs: Int64
  private var noise: [NoiseMixer]
  private var encoder: SamplePacketEncoder
  private var injector: FaultInjector<[UInt8]>
  private var packet: [UInt8] = []
  private var units: [Int16] = []
  private var millivolts: [Float] = []
  /// True where int16 packets can carry what is stored, untouched.
  private let sendsAsStored: Bool

  init(
    _ stream: StreamID, index: UInt64, source: ReplaySource, plan: FaultPlan,
    noise: [NoiseMixer], session: UInt32, mode: SampleMode, startNs: Int64
  ) {
    self.stream = stream
    topic = SampleTopic.bytes(stream)
    self.source = source
    self.plan = plan
    self.startNs = startNs
    self.noise = noise
    for lead in noise.indices {
      self.noise[lead].restart(
        seed: plan.seed &+ index &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(lead))
    }
    encoder = SamplePacketEncoder(
      sampleRate: source.rate, leads: source.leads.map(\.packetLead), format: source.format,
      mode: mode, session: session)
    injector = FaultInjector(plan, stream: index)
    sendsAsStored =
      source.format == .int16 && noise.isEmpty && plan.leadOff.isEmpty
      && source.leads.allSatisfy { $0.units != nil }
  }

  var counts: FaultInjector<[UInt8]>.Counts { injector.counts }

  /// Makes the packet of the recording's samples `range` and hands on what goes out now.
  ///
  /// - Parameter shift: what loops before this one add to the sample numbers.
  mutating func offer(
    _ range: Range<Int>, shift: Int, isLast: Bool,
    send: ([UInt8]) throws(ReplayError) -> Void
  ) throws(ReplayError) {
    let first = SampleNumber(Int64(range.lowerBound + shift))
    let time = plan.deviceTimeNs(start: startNs, sample: first, rate: source.rate)
    // Scratch space is taken out of self while it is lent, and keeps its capacity.
    var packet = take(&self.packet)
    if sendsAsStored {
      var units = take(&self.units)
      units.removeAll(keepingCapacity: true)
      for lead in source.leads { units += lead.units![range] }
      encoder.encode(
        units: units.span, firstSample: first, deviceTimeNs: time, isLast: isLast, into: &packet)
      self.units = units
    } else {
      var millivolts = take(&self.millivolts)
      fill(&millivolts, range, shift: shift)
      encoder.encode(
        millivolts: millivolts.span, firstSample: first, deviceTimeNs: time, isLast: isLast,
        into: &packet)
      self.millivolts = millivolts
    }
    self.packet = packet
    samplesOffered += range.count
    try injector.offer(packet, send: send)
  }

  /// The millivolts of every lead, with noise and lead-off.
  private func fill(_ millivolts: inout [Float], _ range: Range<Int>, shift: Int) {
    millivolts.removeAll(keepingCapacity: true)
    for (index, lead) in source.leads.enumerated() {
      for i in range {
        let sample = i + shift
        let noisy =
          noise.isEmpty ? lead.millivolts[i] : lead.millivolts[i] + noise[index].noise(at: sample)
        millivolts.append(plan.sample(noisy, lead: index, at: Int64(sample)))
      }
    }
  }

  /// Hands on what faults still hold back.
  mutating func finish(send: ([UInt8]) throws(ReplayError) -> Void) throws(ReplayError) {
    try injector.finish(send: send)
  }
}

/// The array, leaving an empty one in its place.
private func take<T>(_ array: inout [T]) -> [T] {
  let taken = array
  array = []
  return taken
}
