import CSystemd
import Glibc
import Synchronization

/// Wakes one sleeping thread from another (eventfd(2)); costs an atomic load while it is awake.
final class Doorbell: Sendable {
  /// Readable while rung; for a poll set.
  let descriptor: Int32
  private let isAsleep = Atomic<Bool>(false)

  init() throws(SystemCallError) {
    // EFD_NONBLOCK and EFD_CLOEXEC are O_NONBLOCK and O_CLOEXEC by definition.
    descriptor = eventfd(0, O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemCallError(call: "eventfd", code: errno) }
  }

  deinit { close(descriptor) }

  /// Wakes the sleeper, if it sleeps. Any thread may call, after it has made the work visible.
  func ring() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    guard isAsleep.exchange(false, ordering: .sequentiallyConsistent) else { return }
    ringAlways()
  }

  /// Wakes a sleeper that has not announced itself.
  func ringAlways() {
    var one: UInt64 = 1
    unsafe _ = write(descriptor, &one, 8)
  }

  /// Sleeper only: announces sleep. Look for work once more after this, then wait.
  func announceSleep() {
    isAsleep.store(true, ordering: .sequentiallyConsistent)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  }

  /// Sleeper only: is awake, and forgets earlier rings.
  func awake() {
    isAsleep.store(false, ordering: .sequentiallyConsistent)
    var rings: UInt64 = 0
    unsafe _ = read(descriptor, &rings, 8)
  }

  /// Sleeper only: waits until rung or the time has passed, unless `hasWork` says that it may
  /// not sleep.
  func sleep(timeoutMs: Int32, unless hasWork: () -> Bool) {
    announceSleep()
    if !hasWork() {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      unsafe _ = poll(&waiting, 1, timeoutMs)
    }
    awake()
  }
}
