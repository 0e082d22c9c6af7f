import ECGCore
import ECGMonitor
import ECGWire
import Foundation
import ZeroMQ

/// The gateways of a ward: some sockets, each with its share of the beds.
///
/// Time is counted in turns: in each, every bed delivers one packet.
struct DaemonGateways {
  let beds: Int
  let signals: PipelineSignals
  let packetSamples: Int
  /// From this turn on the packets are of another session: what was played as fast as possible
  /// before says nothing about how far behind real time a stream is.
  let liveTurn: Int
  private let sockets: [Holder]
  private var early: SamplePacketEncoder
  private var live: SamplePacketEncoder
  private let topics: [[UInt8]]
  private var packet: [UInt8] = []

  private final class Holder {
    var socket: Socket
    init(_ endpoint: String, in context: Context) throws(ZeroMQError) {
      socket = try Socket(.push, in: context)
      try socket.set(.linger, 0)
      try socket.connect(endpoint)
    }
  }

  init(
    _ endpoint: String?, beds: Int, gateways: Int, signals: PipelineSignals, packetSamples: Int,
    liveTurn: Int
  ) throws {
    self.beds = beds
    self.signals = signals
    self.packetSamples = packetSamples
    self.liveTurn = liveTurn
    let context = try Context()
    sockets =
      try endpoint.map { at in
        try (0..<gateways).map { _ in try Holder(at, in: context) }
      } ?? []
    func encoder(_ session: UInt32) -> SamplePacketEncoder {
      SamplePacketEncoder(
        sampleRate: signals.rate,
        leads: [PacketLead(Lead("MLII")!, gain: PipelineSignals.unitsPerMillivolt)],
        format: .int16, mode: .test, session: session)
    }
    early = encoder(1)
    live = encoder(2)
    topics = (0..<beds).map { SampleTopic.bytes(StreamID(Self.name(ofBed: $0))!) }
  }

  static func name(ofBed bed: Int) -> String { "bed-\(bed)" }
  static func bed(named name: String) -> Int? { Int(name.dropFirst("bed-".count)) }

  var turnNs: UInt64 { UInt64(Double(packetSamples) / signals.rate.hertz * 1e9) }

  /// One bed's packet of one turn.
  mutating func packet(ofBed bed: Int, turn: Int) -> [UInt8] {
    let units = signals.units(ofBed: bed, from: turn * packetSamples, count: packetSamples)
    let first = SampleNumber(Int64(turn * packetSamples))
    if turn < liveTurn {
      early.sequence = UInt64(turn)
      early.encode(units: units.span, firstSample: first, into: &packet)
    } else {
      live.sequence = UInt64(turn)
      live.encode(units: units.span, firstSample: first, into: &packet)
    }
    return packet
  }

  private mutating func send(bed: Int, turn: Int) throws {
    let bytes = packet(ofBed: bed, turn: turn)
    let gateway = sockets[bed % sockets.count]
    _ = try gateway.socket.send(topics[bed], more: true)
    _ = try gateway.socket.send(bytes)
  }

  /// As fast as the daemon takes it, some beds after others: all at once would be slower than real
  /// time where there are many, and so an overload.
  mutating func play(turns: Range<Int>, bedsAtOnce: Int = .max) throws {
    var first = 0
    while first < beds {
      let end = min(beds, first + min(bedsAtOnce, beds))
      for turn in turns { for bed in first..<end { try send(bed: bed, turn: turn) } }
      first = end
    }
  }

  /// In real time, the beds spread evenly over each turn. Returns when each turn began, and how
  /// late the last packet left at worst.
  mutating func playLive(turns: Range<Int>, beds: Int) throws -> (startNs: UInt64, lateNs: UInt64) {
    let start = MonotonicClock.nanoseconds() + 1_000_000
    var late: UInt64 = 0
    for turn in turns {
      for bed in 0..<beds {
        let due = Self.dueNs(
          bed: bed, of: beds, turn: turn - turns.lowerBound, startNs: start, turnNs: turnNs)
        var now = MonotonicClock.nanoseconds()
        while now < due {
          usleep(UInt32(min((due - now) / 1000 + 1, 1000)))
          now = MonotonicClock.nanoseconds()
        }
        late = max(late, now - due)
        try send(bed: bed, turn: turn)
      }
    }
    return (start, late)
  }

  /// When a packet should leave. Where the daemon makes a gateway wait, that wait counts.
  static func dueNs(bed: Int, of beds: Int, turn: Int, startNs: UInt64, turnNs: UInt64) -> UInt64 {
    startNs + UInt64(turn) * turnNs + turnNs * UInt64(bed) / UInt64(beds)
  }
}
