import Glibc

/// The clock that systemd's watchdog goes by: it never steps, and stands while the machine
/// sleeps.
public enum MonotonicClock {
  /// Nanoseconds since an arbitrary start.
  public static func nanoseconds() -> UInt64 {
    var time = timespec()
    let result = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    precondition(result == 0)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
