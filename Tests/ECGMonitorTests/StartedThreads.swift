import CAllocationCounter
import Foundation

/// The threads that came with something that was started in this process, and no other's.
struct StartedThreads {
  /// The kernel's numbers.
  let numbers: Set<Int32>
  private static let starting = NSLock()

  /// One starts at a time, so that each knows its threads.
  static func of<Value>(_ start: () throws -> Value) throws -> (Value, StartedThreads) {
    starting.lock()
    defer { starting.unlock() }
    let others = try present()
    let value = try start()
    return (value, StartedThreads(numbers: try present().subtracting(others)))
  }

  private static func present() throws -> Set<Int32> {
    let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
    return Set(names.compactMap(Int32.init))
  }

  /// Allocations so far of the threads of that name.
  func allocations(_ name: String) -> UInt64 {
    numbers.reduce(0) { sum, thread in
      let path = "/proc/self/task/\(thread)/comm"
      guard let comm = try? String(contentsOfFile: path, encoding: .utf8),
        comm.trimmingCharacters(in: .newlines) == name
      else { return sum }
      return sum + allocation_count_of_thread(thread)
    }
  }
}
