import Glibc
public import Logging

/// The main thread's loop: feeds the watchdog, tells the service manager how it stands, and
/// follows signals.
public struct ServiceLoop {
  private let daemon: Daemon
  private let manager: ServiceManager
  private let logger: Logger
  private let threshold: LogThreshold
  private let path: String

  private static let statusPeriodNs: UInt64 = 1_000_000_000

  /// - Parameter path: the configuration file that a reload reads.
  public init(
    daemon: Daemon, manager: ServiceManager, logger: Logger, threshold: LogThreshold, path: String
  ) {
    self.daemon = daemon
    self.manager = manager
    self.logger = logger
    self.threshold = threshold
    self.path = path
  }

  /// Returns when a signal says stop.
  public mutating func run(_ signals: borrowing ServiceSignals) {
    var watchdog = Watchdog(manager: manager, progress: daemon.progress, logger: logger)
    let periodMs = Int32(max(10, min(1000, watchdog.period / .milliseconds(1))))
    var statusNs: UInt64 = 0
    while true {
      var waiting = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
      unsafe _ = poll(&waiting, 1, periodMs)
      while let signal = signals.next() {
        switch signal {
        case .stop: return
        case .reload: reload()
        }
      }
      watchdog.tick()
      let now = MonotonicClock.nanoseconds()
      if now - statusNs >= Self.statusPeriodNs {
        statusNs = now
        manager.status(daemon.statusLine)
      }
    }
  }

  /// Puts what may change in force; a file that is not good changes nothing.
  private func reload() {
    manager.reloading()
    defer { manager.ready(status: daemon.statusLine) }
    daemon.reloadKeys()
    do throws(ConfigurationError) {
      let result = try daemon.configuration.reload(from: path)
      daemon.apply(result.configuration)
      threshold.level = result.configuration.logging.level.loggerLevel
      for change in result.applied { logger.notice("reloaded: \(change)") }
      for change in result.needsRestart {
        logger.warning("changed in the file, but in force only after a restart: \(change)")
      }
      if result.applied.isEmpty, result.needsRestart.isEmpty { logger.notice("nothing changed") }
    } catch {
      logger.error(
        "the new configuration is refused, the old one stays in force: \(error)",
        metadata: ["reason": "configuration"])
    }
  }
}
