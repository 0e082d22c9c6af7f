import ArgumentParser
import ECGModel
import ECGMonitor
import Glibc
import Logging

/// The daemon's entry: reads the configuration, proves the model, starts the daemon, and follows
/// the service manager's signals until one says stop.
@main
struct ECGD: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ecgd",
    abstract: "Watch ECG streams and publish alerts when a heart stops looking like itself.",
    discussion: """
      ecgd supplements bedside alarms and replaces none. It is not a certified medical device.
      Signals: SIGTERM and SIGINT drain and stop, SIGHUP reads the configuration again.
      """,
    version: Version.text)

  @Option(
    name: .shortAndLong, help: "The configuration file.",
    completion: .file(extensions: ["yaml", "yml"]))
  var config = "/etc/ecgd/ecgd.yaml"

  @Option(
    help: ArgumentHelp(
      "Write every window's score to <stream>.scores.csv in this folder, for diagnosis.",
      discussion: "The threads that judge write it themselves: not for a ward.",
      visibility: .hidden), completion: .directory)
  var scoreLog: String?

  /// How long the configuration, the self-test and the last checkpoint may take.
  private static let startTime = Duration.seconds(120)

  func run() throws {
    // Before any thread exists, so that every thread inherits the blocked signals.
    let signals = try leaving(EX_OSERR) { try ServiceSignals() }
    let manager = ServiceManager()
    // A slow machine or disk, or a large model of the user's own, is no failure.
    manager.extendTimeout(by: Self.startTime)
    let file = try leaving(EX_CONFIG) { try Configuration(contentsOf: config) }
    let threshold = LogThreshold(file.logging.level.loggerLevel)
    let logger = SystemLogHandler.logger(identifier: "ecgd", threshold: threshold)
    let modelPath = try leaving(EX_CONFIG) { try file.resolveModelPath() }
    manager.status("proving the model")
    let model = try leaving(EX_DATAERR) { try Autoencoder(path: modelPath) }
    logger.notice(
      "model \(model.manifest.name) passed its known-answer test",
      metadata: ["model": "\(model.manifest.name)", "hash": "\(model.hash)"])
    let denoiserPath = try leaving(EX_CONFIG) { try file.resolveDenoiserPath() }
    let denoiser = try leaving(EX_DATAERR) { try denoiserPath.map { try Denoiser(path: $0) } }
    if let denoiser {
      logger.notice(
        "denoiser \(denoiser.manifest.name) passed its known-answer test",
        metadata: ["denoiser": "\(denoiser.manifest.name)", "hash": "\(denoiser.hash)"])
    }
    let daemon = try start(file, model, denoiser, logger)
    logger.notice("ecgd \(Version.text) watches")
    manager.ready(status: daemon.statusLine)
    var loop = ServiceLoop(
      daemon: daemon, manager: manager, logger: logger, threshold: threshold, path: config)
    loop.run(signals)
    manager.stopping(status: "draining")
    daemon.stop()
    logger.notice("ecgd stopped")
  }

  private func start(
    _ configuration: ECGMonitor.Configuration, _ model: Autoencoder, _ denoiser: Denoiser?,
    _ logger: Logger
  ) throws -> Daemon {
    do throws(DaemonError) {
      let daemon = try Daemon(
        configuration, model: model, denoiser: denoiser, logger: logger, scoreFolder: scoreLog)
      try daemon.start(version: Version.text)
      return daemon
    } catch {
      StandardError.write("ecgd: \(error)\n")
      throw ExitCode(error.exitStatus)
    }
  }

  /// Runs `body`; its error goes to standard error and the process leaves with `status`.
  private func leaving<Result: ~Copyable>(
    _ status: Int32, _ body: () throws -> Result
  ) throws -> Result {
    do {
      return try body()
    } catch {
      StandardError.write("ecgd: \(error)\n")
      throw ExitCode(status)
    }
  }
}
