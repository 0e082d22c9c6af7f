import Foundation
import Synchronization

/// Runs a piece of work for each of so many places on several threads at once.
enum ParallelWork {
  /// The results in order of place; `done` is called after each piece with how many are done, by
  /// one thread at a time.
  static func map<Result: Sendable>(
    _ count: Int, jobs: Int, done: @escaping @Sendable (Int) -> Void,
    _ body: @escaping @Sendable (Int) -> Result
  ) -> [Result] {
    let state = Mutex(State(results: [Result?](repeating: nil, count: count)))
    DispatchQueue.concurrentPerform(iterations: max(1, min(jobs, count))) { _ in
      while let place = state.withLock({ $0.take() }) {
        let result = body(place)
        state.withLock { state in
          state.results[place] = result
          state.done += 1
          done(state.done)
        }
      }
    }
    return state.withLock { $0.results.map { $0! } }
  }

  private struct State<Result: Sendable> {
    var results: [Result?]
    var next = 0
    var done = 0

    mutating func take() -> Int? {
      guard next < results.count else { return nil }
      defer { next += 1 }
      return next
    }
  }
}
