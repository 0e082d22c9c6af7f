import ECGCore
import ECGRecords
import ECGWire

/// The gateway of one bed: it sends a heart's samples as they are measured, reboots, counts anew,
/// sets its clock, loses its electrodes, and now and then sends nonsense.
struct SimulatedGateway {
  let bed: Int
  let stream: StreamID
  private let plan: SimulationPlan
  private let hearts: SimulatedHearts
  private var random: SeededRandom
  private var heart: Int
  private let topic: [UInt8]
  private var encoder: SamplePacketEncoder
  private var layout = 0
  private var session: UInt32
  private var patient: UInt8 = 0
  /// The next sample by the heart's own count, and that which the gateway calls number 0.
  private var position: Int
  private var origin: Int
  private var count = 1
  private var deviceOffsetNs: Int64
  private let deviceDriftPartsPerMillion: Int64
  private var isOffUntil = 0
  private var isSilentUntilNs: UInt64 = 0
  private var hasEnded = false

  init(bed: Int, _ plan: SimulationPlan, _ hearts: SimulatedHearts, seed: UInt64) {
    self.bed = bed
    self.plan = plan
    self.hearts = hearts
    stream = StreamID("bed-\(bed)")!
    topic = SampleTopic.bytes(stream)
    random = SeededRandom(seed: seed, stream: 100 + UInt64(bed))
    heart = random.index(below: hearts.hearts.count)
    session = UInt32(1 + random.index(below: 1_000_000))
    position = random.index(below: 500)
    origin = position - random.index(below: 10_000)
    deviceOffsetNs = 1_750_000_000_000_000_000 + Int64(random.index(below: 1_000_000_000))
    deviceDriftPartsPerMillion = Int64(random.index(below: 100)) - 50
    encoder = Self.encoder(0, hearts.hearts[heart].rate, session)
  }

  /// What it sends up to now.
  mutating func packets(untilNs nowNs: UInt64) -> [SimulatedPacket] {
    var sent: [SimulatedPacket] = []
    let rate = hearts.hearts[heart].rate.hertz
    while Double(position + count) <= Double(nowNs) / 1e9 * rate {
      let isSilent = UInt64(Double(position) / rate * 1e9) < isSilentUntilNs
      if !isSilent { sent.append(packet(isLast: false)) }
      position += count
      count = 16 + random.index(below: Int(rate))
    }
    return sent
  }

  /// One of the faults that a plan has, at its own time.
  enum Trouble { case reboot, patientChange, layoutChange, discharge, leadOff, clockStep }

  /// Suffers a trouble; what it still sends because of it.
  mutating func suffer(_ trouble: Trouble, nowNs: UInt64) -> [SimulatedPacket] {
    switch trouble {
    case .reboot:
      silence(nowNs, seconds: 4)
      restart()
    case .patientChange:
      patient &+= 1
      encoder.patient = patient
      heart = hearts.other(than: heart)
    case .layoutChange:
      layout += 1 + random.index(below: Self.layouts.count - 1)
      let sequence = encoder.sequence
      encoder = Self.encoder(layout, hearts.hearts[heart].rate, session)
      encoder.sequence = sequence
      encoder.patient = patient
    case .discharge:
      let last = packet(isLast: true)
      position += count
      silence(nowNs, seconds: 6)
      restart()
      return [last]
    case .leadOff:
      isOffUntil = position + random.index(below: 2000)
    case .clockStep:
      deviceOffsetNs += Int64(random.index(below: 6_000_000_000)) - 3_000_000_000
    }
    return []
  }

  /// The stream's last packet, at the end of the run.
  mutating func farewell() -> SimulatedPacket {
    let last = packet(isLast: true)
    position += count
    return last
  }

  private mutating func silence(_ nowNs: UInt64, seconds: Double) {
    isSilentUntilNs = nowNs + UInt64(random.uniform() * seconds * 1e9)
  }

  /// Counts from the beginning again.
  private mutating func restart() {
    session &+= UInt32(1 + random.index(below: 100))
    origin = position
    encoder = Self.encoder(layout, hearts.hearts[heart].rate, session)
    encoder.patient = patient
  }

  private mutating func packet(isLast: Bool) -> SimulatedPacket {
    let heart = hearts.hearts[self.heart]
    var samples: [Float] = []
    for lead in 0..<encoder.leads.count {
      for i in position..<(position + count) {
        let value = heart.samples[i % heart.samples.count]
        samples.append(i < isOffUntil ? .nan : lead == 0 ? value : -value)
      }
    }
    let atNs = Int64(Double(position) / heart.rate.hertz * 1e9)
    let deviceTimeNs = deviceOffsetNs + atNs + atNs / 1_000_000 * deviceDriftPartsPerMillion
    var bytes: [UInt8] = []
    encoder.encode(
      millivolts: samples.span, firstSample: SampleNumber(Int64(position - origin)),
      deviceTimeNs: deviceTimeNs, isLast: isLast, into: &bytes)
    return isLast || !random.chance(plan.damage)
      ? SimulatedPacket(bed: bed, topic: topic, bytes: bytes, damage: nil) : damaged(bytes)
  }

  private mutating func damaged(_ bytes: [UInt8]) -> SimulatedPacket {
    var (topic, bytes) = (topic, bytes)
    let damage: RejectReason
    switch random.index(below: 5) {
    case 0:
      bytes.removeLast(1 + random.index(below: bytes.count - 1))
      damage = .truncated
    case 1:
      bytes[0] ^= 0xff
      damage = .badMagic
    case 2:
      bytes[4] = 9
      damage = .badVersion
    case 3:
      bytes.append(0)
      damage = .lengthMismatch
    default:
      topic.append(UInt8(ascii: " "))
      damage = .badTopic
    }
    return SimulatedPacket(bed: bed, topic: topic, bytes: bytes, damage: damage)
  }

  /// Gains of the leads; nil for float32.
  private static let layouts: [[Float]?] = [[200], [400], nil, [100]]

  private static func encoder(
    _ layout: Int, _ rate: SampleRate, _ session: UInt32
  ) -> SamplePacketEncoder {
    let gains = layouts[layout % layouts.count]
    let names = [Lead("MLII")!, Lead("V1")!]
    let leads = (gains ?? [1]).enumerated().map { PacketLead(names[$0], gain: $1) }
    return SamplePacketEncoder(
      sampleRate: rate, leads: leads, format: gains == nil ? .float32 : .int16, mode: .test,
      session: session)
  }
}
