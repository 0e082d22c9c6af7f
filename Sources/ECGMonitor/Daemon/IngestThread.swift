import ECGCore
import ECGWire
import Glibc
import Logging
import Synchronization
import ZeroMQ

/// What the publisher asks of the ingest thread.
enum IngestCommand: Sendable {
  case status(token: UInt64)
}

/// What the ingest thread tells the publisher.
enum IngestReport: Sendable {
  case status(token: UInt64, IngestStatus)
  case streamRefused(StreamKey)
  /// A gateway sent what it may not: who and what, in words.
  case wrongful(String)
  /// A packet was dropped because its shard's ring was full.
  case shed
  case stopped
}

/// What came in since the start.
struct IngestStatus: Sendable {
  var packets: UInt64 = 0
  var bytes: UInt64 = 0
  /// By `RejectReason`.
  var refused = [UInt64](repeating: 0, count: RejectReason.count)
  /// Times that the thread had to wait for a shard.
  var stalls: UInt64 = 0
  /// By stream, packets refused by `RejectReason`.
  var refusedByStream: [(StreamID, [UInt64])] = []
  /// With keys, what each gateway sent.
  var gateways: [GatewayAccounts.Account] = []
}

/// The queues in and out of the ingest thread.
final class IngestChannel: Sendable {
  let commands = SPSCRing<IngestCommand>(minimumCapacity: 16)
  let reports = SPSCRing<IngestReport>(minimumCapacity: 256)
  let doorbell: Doorbell
  /// Whether there is always more in the sockets than one turn takes.
  let isFlooded = Atomic<Bool>(false)
  let isStopping = Atomic<Bool>(false)

  init() throws(SystemCallError) { doorbell = try Doorbell() }
}

/// The loop of the ingest thread: it owns the sample sockets, checks every packet, and sends it
/// to the shard that watches its stream.
struct IngestThread: ~Copyable {
  let channel: IngestChannel
  let shards: [ShardChannel]
  let publisher: Doorbell
  let heartbeat: ThreadProgress.Heartbeat
  let log: RateLimitedLog
  let board: StatusBoard
  var sockets: [SampleSocket]
  var poller = Poller()
  var directory: StreamDirectory
  /// With keys, what each gateway may do; nil where nobody is asked for one.
  var accounts: GatewayAccounts?
  var status = IngestStatus()
  let topic = Message()
  let packet = Message()
  var isStopping = false
  private var fullTurns = 0
  /// When the last turn began.
  private var turnNs: UInt64 = 0
  private var gatheredPackets: UInt64 = 0
  private var gatheredNs: UInt64 = 0
  private var expiryNs: UInt64 = 0
  var shedNs: UInt64 = 0

  /// Messages taken from one socket in one turn, so that none starves the others.
  static let messagesPerTurn = 256
  static let gatheringPacketsPerSecond: UInt64 = 5000
  static let gatheringMicroseconds: UInt32 = 1000
  /// So many turns in a row that left messages behind make a flood.
  static let floodTurns = 16
  /// The publisher is told of dropped packets this often at most.
  static let shedReportNs: UInt64 = 1_000_000_000
  static let idleMs = 250
  /// A stream that has sent nothing for this long gives up its place.
  static let dischargeAfterNs: UInt64 = 3_600_000_000_000
  /// What is already in the sockets when the daemon stops is taken for at most this long.
  static let drainNs: UInt64 = 300_000_000

  init(
    channel: IngestChannel, shards: [ShardChannel], publisher: Doorbell,
    heartbeat: ThreadProgress.Heartbeat, log: RateLimitedLog, board: StatusBoard,
    sockets: consuming [SampleSocket],
    maximumStreams: Int, restored: [StreamKey] = [], accounts: GatewayAccounts?
  ) {
    self.accounts = accounts
    self.channel = channel
    self.shards = shards
    self.publisher = publisher
    self.heartbeat = heartbeat
    self.log = log
    self.board = board
    self.sockets = sockets
    directory = StreamDirectory(maximumStreams: maximumStreams, shards: shards.count)
    let now = MonotonicClock.nanoseconds()
    for (slot, key) in restored.enumerated() {
      let own = directory.admit(key, nowNs: now)
      precondition(own == slot)
    }
    for socket in self.sockets { _ = poller.add(socket.socket) }
    _ = poller.add(descriptor: channel.doorbell.descriptor)
  }

  /// Runs until told to stop, and then until the sockets are empty.
  mutating func run() {
    while !isStopping {
      if !turn(idleMs: Self.idleMs) { gather(nowNs: turnNs) }
    }
    finish()
  }

  /// One turn of the loop, which waits for messages for at most so long; true where it left some
  /// behind.
  mutating func turn(idleMs: Int) -> Bool {
    heartbeat.beat()
    wait(idleMs)
    takeCommands()
    let now = MonotonicClock.nanoseconds()
    turnNs = now
    accounts?.follow(nowNs: now)
    var isFull = false
    for i in sockets.indices where takeMessages(from: i, nowNs: now) { isFull = true }
    noteFlood(isFull)
    board.streams.store(directory.count, ordering: .relaxed)
    board.packets.store(status.packets, ordering: .relaxed)
    if now - expiryNs > 1_000_000_000 {
      expiryNs = now
      dischargeForgotten(nowNs: now)
    }
    ringShards()
    return isFull
  }

  /// What is left to do once it was told to stop.
  mutating func finish() {
    drain()
    for shard in shards { send([], to: shard, ShardRecord.tag(ShardRecord.stop, slot: 0), 0) }
    ringShards()
    _ = channel.reports.push(.stopped)
    publisher.ring()
    heartbeat.retire()
  }

  private func ringShards() {
    for i in 0..<shards.count { shards[i].doorbell.ring() }
  }

  /// Where many packets come each by itself, waits a moment for them to be many at a time: being
  /// woken for each costs more than judging it. A ward that keeps no core busy is not delayed.
  private mutating func gather(nowNs: UInt64) {
    let taken = status.packets - gatheredPackets
    let elapsed = nowNs - gatheredNs
    gatheredPackets = status.packets
    gatheredNs = nowNs
    if taken * 1_000_000_000 > Self.gatheringPacketsPerSecond * elapsed {
      usleep(Self.gatheringMicroseconds)
    }
  }

  private mutating func noteFlood(_ isFull: Bool) {
    fullTurns = isFull ? fullTurns + 1 : 0
    channel.isFlooded.store(fullTurns >= Self.floodTurns, ordering: .relaxed)
  }

  private mutating func wait(_ idleMs: Int) {
    channel.doorbell.announceSleep()
    let timeout = channel.commands.count > 0 ? 0 : idleMs
    do {
      _ = try poller.wait(timeoutMs: timeout)
    } catch {
      log.log(.error, kind: "poll", "\(error)")
    }
    channel.doorbell.awake()
  }

  private mutating func takeCommands() {
    // Main says stop, and the publisher asks: a ring has one producer only.
    isStopping = channel.isStopping.load(ordering: .acquiring)
    while let command = channel.commands.pop() {
      switch command {
      case .status(let token):
        var answer = status
        for entry in directory.entries {
          guard let entry, entry.refused.contains(where: { $0 > 0 }) else { continue }
          answer.refusedByStream.append((entry.key.stream, entry.refused))
        }
        if let accounts { answer.gateways = accounts.accounts }
        if channel.reports.push(.status(token: token, answer)) { publisher.ring() }
      }
    }
  }

  private mutating func drain() {
    let end = MonotonicClock.nanoseconds() + Self.drainNs
    var before: UInt64
    repeat {
      before = status.packets
      let now = MonotonicClock.nanoseconds()
      for i in sockets.indices { _ = takeMessages(from: i, nowNs: now) }
    } while status.packets > before && MonotonicClock.nanoseconds() < end
  }
}

/// A socket that samples come in on, and what is done when the shards cannot keep up.
final class SampleSocket {
  var socket: Socket
  let endpoint: String
  /// PULL waits, and so the gateway; SUB sheds, because waiting would only lose the samples
  /// unseen at the publisher.
  let waitsForShards: Bool

  init(
    _ configuration: Configuration.SampleSocket, keys: KeyService?, in context: Context
  ) throws(ZeroMQError) {
    endpoint = configuration.endpoint.text
    switch configuration.kind {
    case .pull:
      socket = try Socket(.pull, in: context)
      waitsForShards = true
    case .sub:
      socket = try Socket(.sub, in: context)
      waitsForShards = false
      try socket.subscribe(SampleTopic.prefix)
    }
    try socket.setMaximumMessageSize(SamplePacketHeader.maximumByteCount * 2)
    // A busy machine is no dead peer, and what was on its way over a connection that is cut is lost.
    // Silence is alarmed by the stream's own clock, long before.
    try socket.setHeartbeat(intervalMs: 5000, timeoutMs: 30_000)
    try keys?.protect(&socket, .samples)
    switch configuration.attach {
    case .bind: try socket.serve(endpoint)
    case .connect: try socket.connect(endpoint)
    }
  }
}
