import Glibc

/// One of the daemon's threads: named, joined once, never cancelled.
@safe
final class WorkerThread: @unchecked Sendable {
  private var thread = pthread_t()

  /// Starts `body` on a thread of its own.
  init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
    let start = Start(name: name, body: body)
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
        ThreadName.set(start.name)
        start.body()
        return nil
      }, Unmanaged.passRetained(start).toOpaque())
    guard code == 0 else { throw SystemCallError(call: "pthread_create", code: code) }
  }

  func join() { _ = pthread_join(thread, nil) }

  private final class Start {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}
