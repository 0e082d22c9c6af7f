import ECGCore
public import ECGModel
import ECGPipeline
import ECGWire
import Glibc
public import Logging
import Synchronization
import ZeroMQ

/// The whole of ecgd inside one process: sockets, threads and their queues, joined to the service
/// manager.
///
/// `start` returns when the sockets are bound and every thread runs; `stop` returns when what was
/// in the sockets is judged, published and on the disk.
public final class Daemon {
  public private(set) var configuration: Configuration
  public let progress = ThreadProgress()
  private let logger: Logger
  private let log: RateLimitedLog
  private let model: Autoencoder
  private let denoiser: Denoiser?
  let context: Context
  private let keys: KeyService?
  let ingest: IngestChannel
  let shards: [ShardChannel]
  private let publisherDoorbell: Doorbell
  private let waveforms: WaveformService
  private let board = StatusBoard()
  private let settings: ReloadMailbox
  private var threads: [WorkerThread] = []

  private let scoreFolder: String?
  private(set) var keeper: CheckpointKeeper?
  private var stateLock: Int32 = -1
  private var keeperThread: WorkerThread?

  /// Prepares the queues; binds and starts nothing.
  ///
  /// - Parameter scoreFolder: where every window's score is written, for diagnosis; nil for
  ///   nowhere.
  public init(
    _ configuration: Configuration, model: Autoencoder, denoiser: Denoiser? = nil, logger: Logger,
    scoreFolder: String? = nil
  ) throws(DaemonError) {
    self.configuration = configuration
    self.scoreFolder = scoreFolder
    self.model = model
    self.denoiser = denoiser
    self.logger = logger
    log = RateLimitedLog(logger, ratePerMinute: configuration.logging.ratePerMinute)
    do throws(ConfigurationError) {
      keys = try KeyService(configuration)
    } catch {
      throw DaemonError(reason: "\(error)", exitStatus: ConfigurationError.exitStatus)
    }
    do {
      context = try Context()
      ingest = try IngestChannel()
      publisherDoorbell = try Doorbell()
      let count =
        configuration.streams.shards > 0 ? configuration.streams.shards : Self.processorCount
      var channels: [ShardChannel] = []
      for _ in 0..<count {
        channels.append(try ShardChannel(ringBytes: configuration.streams.ringMegabytes << 20))
      }
      shards = channels
      waveforms = try WaveformService(shards: channels)
    } catch let error as ZeroMQError {
      throw DaemonError(reason: "\(error)", exitStatus: EX_OSERR)
    } catch {
      throw DaemonError(reason: "\(error)", exitStatus: EX_OSERR)
    }
    settings = ReloadMailbox()
  }

  deinit {
    if stateLock >= 0 { close(stateLock) }
  }

  /// Binds the sockets, opens the journal and starts the threads.
  public func start(version: String) throws(DaemonError) {
    do {
      let crew = try assemble(version: version)
      try startWaveforms()
      try crew.start(&threads)
      let gathered = crew.gathered
      if let keeper { keeperThread = try WorkerThread("checkpoint") { keeper.run(gathered) } }
    } catch let error as DaemonError {
      throw error
    } catch let error as ZeroMQError {
      throw DaemonError(reason: "\(error)", exitStatus: EX_UNAVAILABLE)
    } catch {
      throw DaemonError(reason: "\(error)", exitStatus: EX_OSERR)
    }
  }

  /// Binds the sockets of the threads that judge, opens the journal and takes over what the last
  /// process left; runs nothing.
  func assemble(version: String) throws -> Crew {
    let facts = facts(version: version)
    let writer = AlertWriter(
      path: configuration.journalPath(), keeping: configuration.journal, facts: facts, log: log)
    keeper = try makeKeeper()
    var restoration = restoration()
    restoration.open = writer.openAlarms()
    var made: [Handover<ShardThread>] = []
    for i in shards.indices { made.append(try makeShard(i, restoring: &restoration)) }
    if !restoration.records.isEmpty {
      logger.notice(
        "\(restoration.count) of \(restoration.records.count) patients are known from before")
    }
    // Before any socket binds: whoever connects is asked for a key.
    try keys?.start(in: context, heartbeat: progress.register("zap"), log: log)
    return Crew(
      publisher: try makePublisher(facts, writer, restoration), shards: made,
      ingest: try makeIngest(restoration),
      gathered: CheckpointKeeper.Gathered(
        restored: Dictionary(
          uniqueKeysWithValues: restoration.records.enumerated().map { ($0, $1.bytes) })))
  }

  /// The loops of the threads that judge, made and not yet running.
  struct Crew {
    let publisher: Handover<PublisherThread>
    let shards: [Handover<ShardThread>]
    let ingest: Handover<IngestThread>
    /// What the keeper of checkpoints begins with.
    let gathered: CheckpointKeeper.Gathered

    func start(_ threads: inout [WorkerThread]) throws(SystemCallError) {
      let (publisher, ingest) = (publisher, ingest)
      threads.append(
        try WorkerThread("publisher") {
          var publisher = publisher.take()
          publisher.run()
        })
      for (i, made) in shards.enumerated() {
        threads.append(
          try WorkerThread("shard-\(i)") {
            var shard = made.take()
            shard.run()
          })
      }
      threads.append(
        try WorkerThread("ingest") {
          var ingest = ingest.take()
          ingest.run()
        })
    }
  }

  /// Drains the sockets, lets every stream go, and joins the threads.
  public func stop() {
    ingest.isStopping.store(true, ordering: .releasing)
    ingest.doorbell.ringAlways()
    for thread in threads { thread.join() }
    threads = []
    // The last states are in its queue now.
    keeper?.stop()
    keeperThread?.join()
    keeperThread = nil
    waveforms.stop()
    if stateLock >= 0 { close(stateLock) }
    stateLock = -1
    keys?.stop()
    log.flush(all: true)
  }

  /// Puts new limits in force, from each stream's next window on.
  public func apply(_ new: Configuration) {
    configuration = new
    log.ratePerMinute = new.logging.ratePerMinute
    settings.put(AlarmSettings(new))
    for shard in shards { shard.doorbell.ring() }
    keys?.ring.setLimits(new.limits)
  }

  /// Reads the file of authorised keys again. What a key may do changes for connections that stand;
  /// those of keys that were revoked are cut.
  public func reloadKeys() { keys?.reload(logger) }

  /// One line for `systemctl status`.
  ///
  /// Complains where the checkpoint is older than it should be.
  public var statusLine: String {
    guard let keeper else { return board.line }
    let ageNs = keeper.ageNs(nowNs: MonotonicClock.nanoseconds())
    guard ageNs > keeper.alarmingAgeNs else { return board.line }
    let seconds = ageNs / 1_000_000_000
    log.log(
      .error, kind: "checkpointAge",
      "the last checkpoint is \(seconds) s old: a crash now would forget what came since")
    return board.line + ", checkpoint \(seconds) s old"
  }

  private func facts(version: String) -> DaemonFacts {
    DaemonFacts(
      version: version, model: model.manifest.name, modelHash: model.hash,
      shards: shards.count, waveforms: waveforms.counters,
      queues: DaemonQueues(shards: shards, waveforms: waveforms.rings), keys: keys?.facts)
  }

  private func makePublisher(
    _ facts: DaemonFacts, _ writer: consuming AlertWriter, _ restoration: Restoration
  ) throws -> Handover<PublisherThread> {
    let sockets = try PublisherSockets(configuration, keys: keys, in: context)
    let heartbeat = progress.register("publisher")
    return Handover(
      PublisherThread(
        ingest: ingest, shards: shards, doorbell: publisherDoorbell, heartbeat: heartbeat,
        log: log, board: board, sockets: sockets, writer: writer, facts: facts,
        signOfLife: SignOfLife(
          progress, intervalSeconds: configuration.alerts.heartbeatSeconds),
        restoration: restoration,
        alarms: DaemonAlarms(acknowledgeSeconds: configuration.alarm.acknowledgeSeconds)))
  }

  private func makeShard(
    _ i: Int, restoring restoration: inout Restoration
  ) throws -> Handover<ShardThread> {
    let heartbeat = progress.register("shard-\(i)")
    let plan = try ModelPlan(
      model, mainsHz: configuration.signal.mainsHz.frequencyHz,
      learningSeconds: configuration.baseline.learningSeconds)
    var thread = ShardThread(
      channel: shards[i], ingest: ingest, publisher: publisherDoorbell, heartbeat: heartbeat,
      log: log,
      mailbox: settings, plan: plan, settings: AlarmSettings(configuration),
      configuration: configuration, scoreLog: scoreFolder.map { ScoreLog(folder: $0) },
      listening: waveforms.listening(ofShard: i, denoiser: denoiser),
      saver: keeper.map {
        StateSaver(
          $0, shard: i, maximumStreams: configuration.streams.maximum, modelHash: model.hash,
          log: log)
      })
    for (slot, record) in restoration.records.enumerated()
    where Int(record.key.stableHash % UInt64(shards.count)) == i {
      thread.restore(slot, from: &restoration)
    }
    return Handover(thread)
  }

  private func startWaveforms() throws {
    try waveforms.start(
      endpoint: configuration.waveforms.endpoint.text, keys: keys, in: context,
      heartbeat: progress.register("waveforms"), log: log)
  }

  private func makeIngest(_ restoration: Restoration) throws -> Handover<IngestThread> {
    var sockets: [SampleSocket] = []
    for socket in configuration.samples.sockets {
      sockets.append(try SampleSocket(socket, keys: keys, in: context))
    }
    let heartbeat = progress.register("ingest")
    return Handover(
      IngestThread(
        channel: ingest, shards: shards, publisher: publisherDoorbell, heartbeat: heartbeat,
        log: log, board: board, sockets: sockets, maximumStreams: configuration.streams.maximum,
        restored: restoration.records.map(\.key),
        accounts: keys.map { GatewayAccounts($0.ring) }))
  }

  private func restoration() -> Restoration {
    guard let path = configuration.checkpointPath() else { return Restoration(log: log) }
    return Restoration(CheckpointFile(path: path), configuration, modelHash: model.hash, log: log)
  }

  private func makeKeeper() throws -> CheckpointKeeper? {
    guard let path = configuration.checkpointPath() else { return nil }
    try lockState(path + ".lock")
    return try CheckpointKeeper(
      CheckpointFile(path: path), everySeconds: configuration.restart.everySeconds,
      shards: shards.count, heartbeat: progress.register("checkpoint"), log: log)
  }

  /// Two daemons must not keep their states in one file. Where no lock can be had, because the
  /// folder cannot be written, the first checkpoint will say so.
  private func lockState(_ path: String) throws(DaemonError) {
    let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      close(file)
      throw DaemonError(
        reason: "another ecgd keeps its state there: \(path)", exitStatus: EX_UNAVAILABLE)
    }
    stateLock = file
  }

  private static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}

/// Why the daemon cannot start, with the exit status that says it (sysexits.h).
public struct DaemonError: Error, CustomStringConvertible {
  public let reason: String
  public let exitStatus: Int32
  public var description: String { reason }
}

/// A value made on one thread and taken, once, by the thread that will own it.
@safe
final class Handover<Value: ~Copyable>: @unchecked Sendable {
  private var value: Value?
  init(_ value: consuming Value) { self.value = consume value }
  func take() -> Value { value.take()! }
}
