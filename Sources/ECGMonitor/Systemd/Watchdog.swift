public import Logging

/// Feeds the service manager's watchdog, as long as every registered thread makes progress.
///
/// Owned by one thread, which calls `tick()` every `period`. A thread that stands still is logged
/// by name after half of the manager's interval; after the whole interval the manager kills the
/// service and starts it anew.
public struct Watchdog: ~Copyable {
  /// How often `tick()` is to be called. Every thread is to beat at least as often.
  public let period: Duration

  private let manager: ServiceManager
  private let progress: ThreadProgress
  private let logger: Logger
  private let warnAfterNanoseconds: UInt64
  private var fedAt: UInt64
  private var hasWarned = false

  /// What a manager that wants no sign of life is replaced by, so that a stall is logged anyhow.
  public static let intervalWithoutManager = Duration.seconds(10)

  public init(
    manager: ServiceManager, progress: ThreadProgress, logger: Logger,
    now: UInt64 = MonotonicClock.nanoseconds()
  ) {
    let interval = manager.watchdogInterval ?? Self.intervalWithoutManager
    self.manager = manager
    self.progress = progress
    self.logger = logger
    period = interval / 4
    warnAfterNanoseconds = UInt64(max(0, (interval / 2) / .nanoseconds(1)))
    fedAt = now
  }

  /// Feeds if every thread progressed since the last feed.
  ///
  /// - Returns: the names of those that did not; empty where the watchdog was fed.
  @discardableResult
  public mutating func tick(now: UInt64 = MonotonicClock.nanoseconds()) -> [String] {
    let stalled = progress.check()
    let hungryMs = (now - fedAt) / 1_000_000
    if stalled.isEmpty {
      manager.feedWatchdog()
      fedAt = now
      if hasWarned {
        logger.notice("every thread makes progress again, after \(hungryMs) ms")
        hasWarned = false
      }
    } else if !hasWarned, now - fedAt >= warnAfterNanoseconds {
      hasWarned = true
      let names = stalled.joined(separator: ", ")
      logger.error(
        "no progress for \(hungryMs) ms in: \(names); the watchdog is not fed",
        metadata: ["reason": "stalled", "threads": "\(names)"])
    }
    return stalled
  }
}
