import ECGCore
import ECGRecords
import ECGWire
import ZeroMQ

/// A ward whose patients leave and come, with faults on the lines; one packet a second of each bed.
final class SoakWard {
  private struct Bed {
    var topic: [UInt8]
    var heart: Int
    /// The next sample of the heart, and the number that the gateway gives it.
    var position: Int
    var number: Int64 = 0
    var encoder: SamplePacketEncoder
    var faults: FaultInjector<[UInt8]>
    /// Seconds for which it still sends nothing.
    var silence = 0
  }

  private var socket: Socket
  private var beds: [Bed] = []
  private let hearts: SoakHearts
  private var packet: [UInt8] = []
  private var random = SeededRandom(seed: 24)
  private(set) var admissions = 0
  private(set) var discharges = 0
  /// What went out, twice-sent packets counted twice.
  private(set) var packets: Int64 = 0

  /// What goes wrong: chances of each packet, and of each bed in an hour.
  private static let faults = FaultPlan(
    dropProbability: 0.002, duplicateProbability: 0.002, reorderProbability: 0.002, seed: 24)
  private static let damageProbability = 0.0005
  private static let leavingShare = 0.1
  private static let rebootShare = 0.1
  private static let otherPatientShare = 0.05
  private static let silentShare = 0.1
  private static let silenceSeconds = 20

  init(_ endpoint: String, beds count: Int, _ hearts: SoakHearts) throws {
    var socket = try Socket(.push, in: Context())
    try socket.set(.linger, 0)
    try socket.connect(endpoint)
    self.socket = socket
    self.hearts = hearts
    for _ in 0..<count { beds.append(admit()) }
  }

  private func admit() -> Bed {
    admissions += 1
    let heart = admissions % hearts.hearts.count
    return Bed(
      topic: SampleTopic.bytes(StreamID("patient-\(admissions)")!), heart: heart,
      position: random.index(below: hearts.hearts[heart].units.count),
      encoder: encoder(heart, session: 1),
      faults: FaultInjector(Self.faults, stream: UInt64(admissions)))
  }

  private func encoder(_ heart: Int, session: UInt32) -> SamplePacketEncoder {
    SamplePacketEncoder(
      sampleRate: hearts.hearts[heart].rate,
      leads: [PacketLead(Lead("MLII")!, gain: SoakHearts.unitsPerMillivolt)],
      format: .int16, mode: .test, session: session)
  }

  /// A second of every bed.
  func play() throws {
    for i in beds.indices {
      if beds[i].silence > 0 {
        beds[i].silence -= 1
        beds[i].position += hearts.hearts[beds[i].heart].rate.samples(seconds: 1)
        continue
      }
      makePacket(i, isLast: false)
      let topic = beds[i].topic
      if random.chance(Self.damageProbability) { packet[0] ^= 0xff }
      try beds[i].faults.offer(packet) { try send(topic, $0) }
    }
  }

  /// A second of every bed that gets through whole, and nothing on the way behind it; the samples.
  func playWhole() throws -> Int64 {
    var samples: Int64 = 0
    for i in beds.indices {
      let topic = beds[i].topic
      try beds[i].faults.finish { try send(topic, $0) }
    }
    for i in beds.indices {
      let before = beds[i].number
      makePacket(i, isLast: false)
      try send(beds[i].topic, packet)
      samples += beds[i].number - before
    }
    return samples
  }

  /// What happens in a ward in an hour: patients leave and others come, gateways start anew, beds
  /// get other patients without a word, cables are out.
  func change() throws {
    for i in beds.indices {
      if random.chance(Self.leavingShare) {
        makePacket(i, isLast: true)
        let topic = beds[i].topic
        try beds[i].faults.finish { try send(topic, $0) }
        try send(topic, packet)
        discharges += 1
        beds[i] = admit()
      }
      if random.chance(Self.rebootShare) {
        beds[i].encoder = encoder(beds[i].heart, session: UInt32(2 + random.index(below: 1 << 20)))
        beds[i].number = 0
      }
      if random.chance(Self.otherPatientShare) { beds[i].encoder.patient &+= 1 }
      if random.chance(Self.silentShare) { beds[i].silence = Self.silenceSeconds }
    }
  }

  private func makePacket(_ i: Int, isLast: Bool) {
    let heart = hearts.hearts[beds[i].heart]
    let count = heart.rate.samples(seconds: 1)
    let units = (0..<count).map { heart.units[(beds[i].position + $0) % heart.units.count] }
    beds[i].encoder.encode(
      units: units.span, firstSample: SampleNumber(beds[i].number), isLast: isLast, into: &packet)
    beds[i].position += count
    beds[i].number += Int64(count)
  }

  private func send(_ topic: [UInt8], _ packet: [UInt8]) throws {
    _ = try socket.send(topic, more: true)
    _ = try socket.send(packet)
    packets += 1
  }
}
