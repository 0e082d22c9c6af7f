import ArgumentParser
import ECGDashboard
import ECGMonitor
import Foundation
import Logging
import Synchronization

/// The main thread's part: opens the server, feeds the watchdog, waits for signals.
enum DashRun {
  private static let periodMs: Int32 = 500

  /// Starts to serve on the tasks' threads; returns once browsers may come, with the port, or nil
  /// where they come to a unix socket.
  static func open(_ dashboard: Dashboard) throws -> UInt16? {
    let failure = Slot<String>()
    Task.detached {
      do {
        try await dashboard.run()
      } catch {
        failure.value = "\(error)"
      }
    }
    let port = Slot<UInt16>()
    let isOpen = Slot<Bool>()
    wait {
      guard (try? await dashboard.opened()) != nil else { return }
      isOpen.value = true
      port.value = (try? await dashboard.port()) ?? nil
    }
    guard isOpen.value == true else {
      let reason = failure.value ?? "the address cannot be had"
      StandardError.write("ecgdash: cannot listen: \(reason)\n")
      throw ExitCode(EX_UNAVAILABLE)
    }
    return port.value
  }

  /// Returns when a signal says stop.
  static func watch(
    _ dashboard: Dashboard, _ signals: borrowing ServiceSignals, _ manager: ServiceManager,
    _ logger: Logger
  ) {
    let progress = ThreadProgress()
    let feed = progress.register("feed")
    let tasks = progress.register("tasks")
    var watchdog = Watchdog(manager: manager, progress: progress, logger: logger)
    var seen: UInt64 = 0
    while true {
      var waiting = pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0)
      if unsafe poll(&waiting, 1, periodMs) > 0 {
        while let signal = signals.next() { if signal == .stop { return } }
      }
      if dashboard.progress != seen {
        seen = dashboard.progress
        feed.beat()
      }
      // Proves that tasks, and so connections, still get their turn.
      Task.detached { tasks.beat() }
      watchdog.tick()
    }
  }

  /// Waits on this thread, which is no task's, for what a task does.
  static func wait(_ body: @escaping @Sendable () async -> Void) {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      await body()
      done.signal()
    }
    done.wait()
  }
}

/// A value that a task leaves for the thread that waits for it.
private final class Slot<Value: Sendable>: Sendable {
  private let stored = Mutex<Value?>(nil)
  var value: Value? {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }
}
