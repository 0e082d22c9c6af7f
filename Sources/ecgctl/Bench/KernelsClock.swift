import Glibc

/// The processor time of this process, which neighbours on the machine do not add to.
enum KernelsClock {
  static func nanoseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// Seconds that `body` takes.
  static func seconds(_ body: () -> Void) -> Double {
    let start = nanoseconds()
    body()
    return Double(nanoseconds() - start) * 1e-9
  }
}

/// Numbers of many rounds.
struct KernelsSamples {
  private(set) var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }

  func quantile(_ q: Double) -> Double {
    precondition(!values.isEmpty)
    let sorted = values.sorted()
    let at = q * Double(sorted.count - 1)
    let low = Int(at)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (sorted[high] - sorted[low]) * (at - Double(low))
  }

  var median: Double { quantile(0.5) }
}
