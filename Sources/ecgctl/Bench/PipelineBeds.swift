import ECGCore
import ECGMonitor
import ECGPipeline
import ECGSignal
import ECGWire

/// The beds of one shard, fed as the daemon's thread feeds them: decode, millivolts, `take`,
/// `flush`. Only that is timed; what a gateway and the sockets do is not.
///
/// All beds deliver a packet in turn, over and over, so that every packet is another patient's, as
/// it is on a ward. A shard that is loaded never idles: a batch goes when it is full, or when its
/// first window has waited for `maximumWaitNs` of real time.
struct PipelineBeds {
  let count: Int
  let shard: Shard
  private(set) var processorNs: UInt64 = 0
  private(set) var playedSeconds = 0.0
  private let signals: PipelineSignals
  private let packetSamples: Int
  private let maximumWaitNs: UInt64
  private var encoder: SamplePacketEncoder
  /// One packet of every bed, one behind the other.
  private var packets: [UInt8] = []
  private var ends: [Int] = []
  private var samples: [Float]
  private var position = 0

  init(
    _ plan: ModelPlan, count: Int, signals: PipelineSignals, packetSamples: Int, batch: Int,
    maximumWaitMs: Int
  ) {
    self.count = count
    self.signals = signals
    self.packetSamples = packetSamples
    maximumWaitNs = UInt64(maximumWaitMs) * 1_000_000
    samples = [Float](repeating: 0, count: packetSamples)
    shard = Shard(plan, AlarmSettings(), maximumWindows: batch)
    shard.clock = MonotonicClock.nanoseconds
    encoder = SamplePacketEncoder(
      sampleRate: signals.rate,
      leads: [PacketLead(Lead("MLII")!, gain: PipelineSignals.unitsPerMillivolt)], format: .int16,
      mode: .test, session: 1)
    // So that what is measured of memory is the beds' own.
    packets.reserveCapacity(count * (encoder.headerLength + 2 * packetSamples))
    ends.reserveCapacity(count)
  }

  func admit() throws {
    for bed in 0..<count { try shard.admit(slot: bed, rate: signals.rate) }
  }

  /// Plays on until `seconds` have been played, and forgets what that cost unless it is timed.
  mutating func play(until seconds: Double, isTimed: Bool) {
    let end = signals.rate.samples(seconds: seconds)
    while position < end {
      preparePackets()
      let before = ProcessFigures.processorNs()
      takePackets()
      if isTimed {
        processorNs += ProcessFigures.processorNs() - before
        playedSeconds += Double(packetSamples) / signals.rate.hertz
      }
      position += packetSamples
    }
  }

  /// Plays on and judges nothing: hands over every packet, as it lies in the buffer, with its bed.
  mutating func hand(
    until seconds: Double, to body: (_ bed: Int, _ packet: ArraySlice<UInt8>) throws -> Void
  ) rethrows {
    let end = signals.rate.samples(seconds: seconds)
    while position < end {
      preparePackets()
      var start = 0
      for bed in 0..<count {
        try body(bed, packets[start..<ends[bed]])
        start = ends[bed]
      }
      position += packetSamples
    }
  }

  private mutating func preparePackets() {
    packets.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    var packet: [UInt8] = []
    encoder.sequence = UInt64(position / packetSamples)
    for bed in 0..<count {
      let sequence = encoder.sequence
      let units = signals.units(ofBed: bed, from: position, count: packetSamples)
      encoder.encode(units: units.span, firstSample: SampleNumber(Int64(position)), into: &packet)
      encoder.sequence = sequence
      packets += packet
      ends.append(packets.count)
    }
  }

  private mutating func takePackets() {
    let packets = packets
    let span = packets.span
    let bytes = unsafe span.bytes
    var start = 0
    var waitingSinceNs: UInt64 = 0
    for bed in 0..<count {
      let nowNs = MonotonicClock.nanoseconds()
      if !shard.hasWaitingWindows { waitingSinceNs = nowNs }
      shard.expect(
        next: bed + 1 < count ? bed + 1 : nil, afterNext: bed + 2 < count ? bed + 2 : nil)
      take(bytes.extracting(start..<ends[bed]), bed: bed, nowNs: nowNs)
      start = ends[bed]
      if shard.hasWaitingWindows, nowNs - waitingSinceNs >= maximumWaitNs {
        shard.flush()
      }
    }
    shard.collect { _ in true }
  }

  private mutating func take(_ packet: RawSpan, bed: Int, nowNs: UInt64) {
    guard let header = try? SamplePacketHeader.decode(packet) else {
      preconditionFailure("the bench's own packets decode")
    }
    let count = header.samplesPerLead
    Self.copy(header, from: packet, into: &samples)
    shard.take(
      samples.span.extracting(0..<count),
      at: PacketPlace(
        session: header.session, sequence: header.sequence, first: header.firstSample,
        count: count),
      deviceTimeNs: header.deviceTimeNs, slot: bed, receivedNs: nowNs)
  }

  /// Apart from `self`, because the span would borrow all of it.
  private static func copy(
    _ header: SamplePacketHeader, from packet: RawSpan, into samples: inout [Float]
  ) {
    var span = samples.mutableSpan
    header.copyMillivolts(lead: 0, from: packet, count: header.samplesPerLead, into: &span)
  }
}
