import ECGCore
import Glibc

/// When a checkpoint was written, by clocks that tell its age after a restart.
///
/// While the machine has not been booted anew, the clock that never steps says it, sleep included;
/// else the wall clock, and an age below nothing is no age. Where it is not known whether it has,
/// the greater of both counts.
struct CheckpointMoment: Checkpointed, Equatable, Sendable {
  var boot = ""
  /// CLOCK_BOOTTIME.
  var sinceBootNs: UInt64 = 0
  /// What `MonotonicClock` said, which records are stamped by.
  var monotonicNs: UInt64 = 0
  var wallNs: Int64 = 0

  mutating func code(_ state: inout StateCoder) {
    state.field(1, &boot)
    state.field(2, &sinceBootNs)
    state.field(3, &monotonicNs)
    state.field(4, &wallNs)
  }

  static func now() -> CheckpointMoment {
    CheckpointMoment(
      boot: bootIdentifier, sinceBootNs: UInt64(clock(CLOCK_BOOTTIME)),
      monotonicNs: MonotonicClock.nanoseconds(), wallNs: clock(CLOCK_REALTIME))
  }

  /// How long before `now` something lies that the monotonic clock stamped `stampNs` before this
  /// moment; nil where the clocks do not say.
  func ageNs(ofStamp stampNs: UInt64, at now: CheckpointMoment) -> UInt64? {
    let before = monotonicNs > stampNs ? monotonicNs - stampNs : 0
    let running = now.sinceBootNs >= sinceBootNs ? now.sinceBootNs - sinceBootNs + before : nil
    let wall = now.wallNs >= wallNs ? UInt64(now.wallNs - wallNs) + before : nil
    if boot.isEmpty || now.boot.isEmpty {
      return wall.map { max($0, running ?? 0) } ?? running
    }
    return boot == now.boot ? running : wall
  }

  private static func clock(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe _ = clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Another one after every boot: from the credential of that name, because the sandbox hides the
  /// kernel's own file; empty where neither can be read.
  private static var bootIdentifier: String {
    let kernel = "/proc/sys/kernel/random/boot_id"
    let path = environmentValue("CREDENTIALS_DIRECTORY").map { "\($0)/boot-id" } ?? kernel
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(file, $0.baseAddress, $0.count)
    }
    return String(decoding: bytes[..<max(0, min(36, count))], as: UTF8.self)
  }
}
