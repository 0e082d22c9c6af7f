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
  private let context: Context
  private let keys: KeyService?
  private let ingest: IngestChannel
  private let shards: [ShardChannel]
  private let publisherDoorbell: Doorbell
  private let waveforms: WaveformService
  private let board = StatusBoard()
  private let settings: ReloadMailbox
  private var threads: [WorkerThread] = []

  private let scoreFolder: String?

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

  /// Binds the sockets, opens the journal and starts the threads.
  public func start(version: String) throws(DaemonError) {
    do {
      // Before any socket binds: whoever connects is asked for a key.
      try keys?.start(in: context, heartbeat: progress.register("zap"), log: log)
      try startPublisher(version: version)
      try startWaveforms()
      for i in shards.indices { try startShard(i) }
      try startIngest()
    } catch let error as DaemonError {
      throw error
    } catch let error as ZeroMQError {
      throw DaemonError(reason: "\(error)", exitStatus: EX_UNAVAILABLE)
    } catch {
      throw DaemonError(reason: "\(error)", exitStatus: EX_OSERR)
    }
  }

  /// Drains the sockets, lets every stream go, and joins the threads.
  public func stop() {
    ingest.isStopping.store(true, ordering: .releasing)
    ingest.doorbell.ringAlways()
    for thread in threads { thread.join() }
    threads = []
    waveforms.stop()
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
  public var statusLine: String { board.line }

  private func startPublisher(version: String) throws {
    let sockets = try PublisherSockets(configuration, keys: keys, in: context)
    let heartbeat = progress.register("publisher")
    let facts = DaemonFacts(
      version: version, model: model.manifest.name, modelHash: model.hash,
      shards: shards.count, waveforms: waveforms.counters, keys: keys?.facts)
    let writer = AlertWriter(
      path: configuration.journalPath(), retentionDays: configuration.journal.retentionDays,
      facts: facts, log: log)
    let made = Handover(
      PublisherThread(
        ingest: ingest, shards: shards, doorbell: publisherDoorbell, heartbeat: heartbeat,
        log: log, board: board, sockets: sockets, writer: writer, facts: facts))
    threads.append(
      try WorkerThread("publisher") {
        var publisher = made.take()
        publisher.run()
      })
  }

  private func startShard(_ i: Int) throws {
    let name = "shard-\(i)"
    let heartbeat = progress.register(name)
    let plan = try ModelPlan(
      model, mainsHz: configuration.signal.mainsHz.frequencyHz,
      learningSeconds: configuration.baseline.learningSeconds)
    let made = Handover(
      ShardThread(
        channel: shards[i], ingest: ingest, publisher: publisherDoorbell, heartbeat: heartbeat,
        log: log,
        mailbox: settings, plan: plan, settings: AlarmSettings(configuration),
        configuration: configuration, scoreLog: scoreFolder.map { ScoreLog(folder: $0) },
        listening: waveforms.listening(ofShard: i, denoiser: denoiser)))
    threads.append(
      try WorkerThread(name) {
        var shard = made.take()
        shard.run()
      })
  }

  private func startWaveforms() throws {
    try waveforms.start(
      endpoint: configuration.waveforms.endpoint.text, keys: keys, in: context,
      heartbeat: progress.register("waveforms"), log: log)
  }

  private func startIngest() throws {
    var sockets: [SampleSocket] = []
    for socket in configuration.samples.sockets {
      sockets.append(try SampleSocket(socket, keys: keys, in: context))
    }
    let heartbeat = progress.register("ingest")
    let made = Handover(
      IngestThread(
        channel: ingest, shards: shards, publisher: publisherDoorbell, heartbeat: heartbeat,
        log: log, board: board, sockets: sockets, maximumStreams: configuration.streams.maximum,
        accounts: keys.map { GatewayAccounts($0.ring) }))
    threads.append(
      try WorkerThread("ingest") {
        var ingest = made.take()
        ingest.run()
      })
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
