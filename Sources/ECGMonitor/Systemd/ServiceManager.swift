import CSystemd
import Glibc

/// The service manager that started this process, told how the service fares (sd_notify(3)).
///
/// Without a manager (no NOTIFY_SOCKET) every call does nothing. Any thread may call.
public struct ServiceManager: Sendable {
  /// Whether a manager listens.
  public let isPresent: Bool

  /// The time within which the manager wants each sign of life; nil where it wants none.
  public let watchdogInterval: Duration?

  public init() {
    isPresent = environmentValue("NOTIFY_SOCKET") != nil
    var microseconds: UInt64 = 0
    let wanted = unsafe sd_watchdog_enabled(0, &microseconds)
    watchdogInterval = wanted > 0 ? .microseconds(Int64(microseconds)) : nil
  }

  /// The service is up: its sockets are bound and its self-test passed. Also ends a reload.
  @discardableResult
  public func ready(status: String) -> Bool {
    notify("READY=1\nSTATUS=\(Self.oneLine(status))")
  }

  /// One line for `systemctl status`.
  @discardableResult
  public func status(_ text: String) -> Bool {
    notify("STATUS=\(Self.oneLine(text))")
  }

  /// A reload begins; `ready(status:)` ends it, also where the reload was refused.
  @discardableResult
  public func reloading() -> Bool {
    notify("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.nanoseconds() / 1000)")
  }

  /// The service drains and closes.
  @discardableResult
  public func stopping(status: String) -> Bool {
    notify("STOPPING=1\nSTATUS=\(Self.oneLine(status))")
  }

  /// A sign of life for the manager's watchdog.
  @discardableResult
  public func feedWatchdog() -> Bool {
    notify("WATCHDOG=1")
  }

  /// Asks for `time` from now to come up, or to close, in place of the unit's time-out.
  @discardableResult
  public func extendTimeout(by time: Duration) -> Bool {
    let (seconds, attoseconds) = time.components
    return notify("EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)")
  }

  /// False where the manager did not get it.
  private func notify(_ state: String) -> Bool {
    unsafe sd_notify(0, state) > 0
  }

  /// A line's end would start the next assignment of the message.
  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline ? " " : $0 })
  }
}
