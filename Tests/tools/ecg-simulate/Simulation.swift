import CSimulatedMachine
import ECGAlarm
import ECGCore
import ECGModel
import ECGMonitor
import ECGPipeline
import ECGRecords
import ECGWire
import Logging
import ZeroMQ

/// One seed: a small ward, its gateways, network, operators, disk and clocks, and the daemon's real
/// code in the midst of them, stepped on one thread. The same seed is the same run to the last byte.
final class Simulation {
  let plan: SimulationPlan
  let modelPlan: ModelPlan
  let logger: Logger
  let sabotage: Sabotage?
  private var packetsSent = 0
  var eventsRead = 0
  var leak: [[UInt8]] = []
  var random: SeededRandom
  var clock: SimulatedClock
  var disk: SimulatedDisk
  var network: SimulatedNetwork
  var gateways: [SimulatedGateway]
  var beds: [SimulatedBed] = []
  var law = AlertLaw()

  // The daemon and those who are connected to it; nil while it is away.
  var daemon: SteppedDaemon?
  var samples: SampleSender?
  var recorder: SimulatedOperator?
  var slowOperators: [SlowOperator] = []

  /// What lies in the samples socket, and what in each shard's ring.
  var handedOver: [SimulatedPacket] = []
  var inboxes: [[ShardRecordCopy]]
  var tickedNs: [UInt64]
  /// By shard, when the newest packet that was taken had come in.
  var takenNs: [UInt64]
  var acts: [PendingRequest] = []
  /// What the ingest thread must have counted since the daemon's start.
  var takenPackets: Int64 = 0
  var refused: [String: Int64] = [:]

  /// When each trouble comes next.
  var troubles: [Trouble: UInt64] = [:]
  var stalledUntilNs: [SteppedDaemon.Part: UInt64] = [:]
  var stalledNs: UInt64 = 0
  var diskSoundSinceNs: UInt64 = 0
  var diskFaultUntilNs: UInt64 = 0
  var startAtNs: UInt64 = 0
  /// When and how the last daemon ended that had begun to watch.
  var endedNs: UInt64 = 0
  var endedCleanly = true
  var isWatching = false
  /// What each checkpoint that was written has of every bed, by the file's checksum.
  var checkpoints: [UInt64: [SimulatedBed.Saved?]] = [:]
  /// The one that the daemon was started from.
  var checkpoint: UInt64 = 0
  var wasBooted = false
  var requestNumber = 0
  var auditNs: UInt64 = 0
  var heapBytes = 0

  private(set) var figures = SimulationFigures()

  init(
    seed: UInt64, _ models: SimulationModels, _ sabotage: Sabotage? = nil, logger: Logger
  ) throws {
    self.sabotage = sabotage
    var random = SeededRandom(seed: seed, stream: 1)
    var plan = SimulationPlan(&random)
    clock = SimulatedClock(driftPartsPerMillion: plan.clockDriftPartsPerMillion)
    let disk = try SimulatedDisk()
    plan.configuration.journal.path = disk.journal
    if plan.configuration.restart.checkpoint != nil {
      plan.configuration.restart.checkpoint = disk.checkpoint
    }
    self.disk = disk
    self.plan = plan
    modelPlan = try ModelPlan(
      plan.usesSlidingModel ? models.sliding : models.beats,
      mainsHz: plan.configuration.signal.mainsHz.frequencyHz,
      learningSeconds: plan.configuration.baseline.learningSeconds)
    self.logger = logger
    self.random = random
    network = SimulatedNetwork(plan, seed: seed)
    gateways = (0..<plan.beds).map { SimulatedGateway(bed: $0, plan, models.hearts, seed: seed) }
    inboxes = Array(repeating: [], count: plan.shards)
    tickedNs = Array(repeating: 0, count: plan.shards)
    takenNs = tickedNs
    beds = gateways.map {
      SimulatedBed(
        name: $0.stream.name,
        shard: Int(StreamKey($0.stream).stableHash % UInt64(plan.shards)),
        reference: ReferenceStream(modelPlan, AlarmSettings(plan.configuration)))
    }
    checkpoints[0] = Array(repeating: nil, count: plan.beds)
    for trouble in Trouble.allCases { schedule(trouble) }
  }

  var nowNs: UInt64 { clock.nowNs }

  /// Runs the seed to its end.
  func run() throws -> SimulationFigures {
    defer { disk.remove() }
    let endNs = UInt64(plan.seconds * 1e9)
    while nowNs < endNs {
      try step()
    }
    try finish()
    figures.bedSeconds = plan.seconds * Double(plan.beds)
    return figures
  }

  private func step() throws {
    clock.advance(ns: 5_000_000 + UInt64(random.index(below: 120_000_000)))
    for bed in gateways.indices {
      for packet in gateways[bed].packets(untilNs: nowNs) { network.send(packet, nowNs: nowNs) }
    }
    try haveTroubles()
    if daemon == nil, nowNs >= startAtNs { try start() }
    try deliver()
    try turnAll()
    try readOperators()
    if daemon != nil, nowNs >= auditNs {
      auditNs = nowNs + UInt64(random.index(below: 4_000_000_000))
      try audit()
    }
  }

  func deliver() throws {
    try network.deliver(nowNs: nowNs) { packet in
      guard let samples else { return false }
      packetsSent += 1
      let isStolen = sabotage == .packet && packetsSent.isMultiple(of: Sabotage.every)
      guard try isStolen || samples.send(packet) else { return false }
      handedOver.append(packet)
      return true
    }
  }

  /// Gives every part that does not stand still a turn, in any order.
  private func turnAll() throws {
    guard let daemon else { return }
    var parts = daemon.parts.filter { nowNs >= stalledUntilNs[$0] ?? 0 && !random.chance(0.1) }
    while !parts.isEmpty, self.daemon != nil {
      try turn(parts.remove(at: random.index(below: parts.count)))
    }
  }

  /// A line of the run's story, for who reads it with `--log`.
  func tell(_ what: @autoclosure () -> String) {
    logger.info("\(Double(nowNs / 1_000_000) / 1000) s: \(what())")
  }

  func count(_ change: (inout SimulationFigures) -> Void) { change(&figures) }
}

/// What all seeds share.
struct SimulationModels {
  let hearts: SimulatedHearts
  let beats: Autoencoder
  let sliding: Autoencoder
}

/// What was simulated.
struct SimulationFigures {
  var bedSeconds = 0.0
  var lives = 0
  var kills = 0
  var powerFailures = 0
  var packets: Int64 = 0
  var alerts = 0
  var audits = 0

  mutating func add(_ other: SimulationFigures) {
    bedSeconds += other.bedSeconds
    lives += other.lives
    kills += other.kills
    powerFailures += other.powerFailures
    packets += other.packets
    alerts += other.alerts
    audits += other.audits
  }
}

/// The gateways' end of the samples socket.
final class SampleSender {
  private var socket: Socket

  init(in context: Context) throws {
    socket = try Socket(.push, in: context)
    try socket.connect("inproc://samples")
  }

  func send(_ packet: SimulatedPacket) throws -> Bool {
    guard try socket.send(packet.topic, more: true, wait: false) else { return false }
    return try socket.send(packet.bytes, wait: false)
  }
}

/// A record of a shard's ring.
struct ShardRecordCopy {
  enum Kind {
    case admit
    case packet([UInt8])
    case refused, discharge
  }
  var bed: Int
  var kind: Kind
  var receivedNs: UInt64
}

/// What an operator asked to be done, and how far it is.
struct PendingRequest {
  var request: ControlRequest
  var bed: Int
  /// The publisher has handed it to the shard.
  var isForwarded = false
}

/// An operator who reads seldom.
struct SlowOperator {
  var link: SimulatedOperator
  var awakeAtNs: UInt64
}
