import Glibc

/// The two clocks that this program reads.
enum Clock {
  static func monotonicNs() -> UInt64 { read(CLOCK_MONOTONIC) }

  /// Milliseconds since the Unix epoch.
  static func wallMs() -> Int64 { Int64(read(CLOCK_REALTIME) / 1_000_000) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var now = timespec()
    unsafe clock_gettime(clock, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }
}
