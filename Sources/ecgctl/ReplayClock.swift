import Glibc

/// The clocks of a replay.
enum ReplayClock {
  static func wallNs() -> Int64 { read(CLOCK_REALTIME) }
  static func monotonicNs() -> Int64 { read(CLOCK_MONOTONIC) }

  /// A number that differs from the last run's.
  static func sessionNumber() -> UInt32 {
    UInt32(truncatingIfNeeded: wallNs() / 1_000_000)
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var now = timespec()
    unsafe clock_gettime(clock, &now)
    return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  /// Sleeps until a monotonic time; returns early where a signal comes.
  static func sleep(untilNs deadline: Int64) {
    var time = timespec(
      tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    unsafe _ = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
  }
}

/// Standard error, and whether somebody looks at it.
enum ReplayConsole {
  static func error(_ line: String) { write(line + "\n") }

  static func write(_ text: String) {
    var bytes = Array(text.utf8)
    while !bytes.isEmpty {
      let written = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
      guard written > 0 else { return }
      bytes.removeFirst(written)
    }
  }

  static let isTerminal = isatty(STDERR_FILENO) == 1
}
