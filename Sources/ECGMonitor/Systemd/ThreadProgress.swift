import Synchronization

/// The signs of life of the threads that a service cannot be without.
///
/// Each thread beats its own `Heartbeat` at every turn of its loop, idle turns included; one
/// watcher asks `check()` which of them stand still.
public final class ThreadProgress: Sendable {
  /// One thread's sign of life. Beating is one relaxed atomic addition.
  public final class Heartbeat: Sendable {
    public let name: String
    private let beats = Atomic<UInt64>(0)
    private let isRetired = Atomic<Bool>(false)
    private let isExcused = Atomic<Bool>(false)

    fileprivate init(name: String) { self.name = name }

    /// Called by its thread alone.
    public func beat() { beats.wrappingAdd(1, ordering: .relaxed) }

    /// Runs what may take as long as a disk likes: nobody waits for this thread meanwhile.
    ///
    /// For a thread that the others can be without for a while, and that is looked after otherwise.
    func excused<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
      isExcused.store(true, ordering: .relaxed)
      defer {
        beat()
        isExcused.store(false, ordering: .relaxed)
      }
      try body()
    }

    fileprivate var isWaitedFor: Bool { !isExcused.load(ordering: .relaxed) }

    /// The thread ends on purpose, and is no longer waited for.
    public func retire() { isRetired.store(true, ordering: .releasing) }

    fileprivate var count: UInt64? {
      isRetired.load(ordering: .acquiring) ? nil : beats.load(ordering: .relaxed)
    }
  }

  private struct Watched {
    let heartbeat: Heartbeat
    var countAtLastFeed: UInt64
  }

  private let watched = Mutex<[Watched]>([])

  public init() {}

  /// A new thread to wait for, from now on.
  public func register(_ name: String) -> Heartbeat {
    let heartbeat = Heartbeat(name: name)
    watched.withLock { $0.append(Watched(heartbeat: heartbeat, countAtLastFeed: 0)) }
    return heartbeat
  }

  /// The names of threads that did not beat since `check()` last found none such.
  ///
  /// Only then does the count begin anew: a thread that beat at any time since the last feed has
  /// progressed, even while another one held the feed back.
  public func check() -> [String] {
    watched.withLock { watched in
      watched.removeAll { $0.heartbeat.count == nil }
      let counts = watched.map { $0.heartbeat.count ?? 0 }
      let stalled = watched.indices.filter {
        counts[$0] == watched[$0].countAtLastFeed && watched[$0].heartbeat.isWaitedFor
      }
      if stalled.isEmpty {
        for index in watched.indices { watched[index].countAtLastFeed = counts[index] }
      }
      return stalled.map { watched[$0].heartbeat.name }
    }
  }

  /// How often each thread that is waited for has beaten, for those who watch beside the watchdog.
  func counts() -> [(name: String, count: UInt64)] {
    watched.withLock {
      $0.compactMap { entry in
        guard entry.heartbeat.isWaitedFor else { return nil }
        return entry.heartbeat.count.map { (entry.heartbeat.name, $0) }
      }
    }
  }
}
