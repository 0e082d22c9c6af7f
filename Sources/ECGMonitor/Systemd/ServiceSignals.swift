import CSystemd
import Glibc

/// The signals by which a service is steered, as a descriptor for a poll loop (signalfd(2)).
///
/// Made on the main thread before any other thread, which then inherits that the signals are
/// blocked. Closing it leaves them blocked.
public struct ServiceSignals: ~Copyable {
  public enum Signal: Equatable, Sendable {
    /// SIGTERM or SIGINT: drain, close and leave.
    case stop
    /// SIGHUP: read the configuration again.
    case reload
  }

  /// Readable when a signal waits.
  public let descriptor: Int32

  /// - Throws: the system call that failed and why.
  public init() throws(SystemCallError) {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for number in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&signals, number) }
    let blocked = unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    guard blocked == 0 else { throw SystemCallError(call: "pthread_sigmask", code: blocked) }
    // A peer that goes away is an error of that write, not the end of the service.
    signal(SIGPIPE, SIG_IGN)
    // SFD_NONBLOCK and SFD_CLOEXEC are O_NONBLOCK and O_CLOEXEC by definition.
    let opened = unsafe signalfd(-1, &signals, O_NONBLOCK | O_CLOEXEC)
    guard opened >= 0 else { throw SystemCallError(call: "signalfd", code: errno) }
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// The next signal that waits, nil where none does.
  public func next() -> Signal? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    while true {
      let count = unsafe read(descriptor, &information, size)
      if count < 0, errno == EINTR { continue }
      guard count == size else { return nil }
      return Int32(information.ssi_signo) == SIGHUP ? .reload : .stop
    }
  }
}

/// A system call that failed.
public struct SystemCallError: Error, Equatable, Sendable, CustomStringConvertible {
  public let call: String
  /// The value of errno.
  public let code: Int32

  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  public var description: String { "\(call): \(errorText(code))" }
}
