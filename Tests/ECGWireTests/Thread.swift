import Glibc
import Synchronization

/// A plain POSIX thread that runs a closure, for tests of blocking calls.
final class Thread: @unchecked Sendable {
  private var id = pthread_t()

  private final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  init(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    pthread_create(
      &id, nil,
      { argument in
        Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue().body()
        return nil
      }, box.toOpaque())
  }

  /// Sends the thread a signal; only before `join`.
  func interrupt(_ signal: Int32) { pthread_kill(id, signal) }

  func join() { pthread_join(id, nil) }
}

/// A boolean that goes from false to true once, for all threads.
final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}
