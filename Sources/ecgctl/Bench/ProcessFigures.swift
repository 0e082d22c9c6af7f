import CMalloc
import Foundation

/// What the kernel and the allocator say of this process.
enum ProcessFigures {
  /// Processor time of all threads so far, in nanoseconds.
  static func processorNs() -> UInt64 {
    var time = timespec()
    let result = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    precondition(result == 0)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Memory that is in physical pages now, of this process or of another one; nil where it is
  /// gone.
  static func residentBytes(of process: String = "self") -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .ascii),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// Bytes that the allocator has given out, large blocks included.
  static func heapBytes() -> Int {
    let info = mallinfo2()
    return Int(info.uordblks) + Int(info.hblkhd)
  }

  /// Gives free memory back, so that a later difference shows what was taken since.
  static func trim() { _ = malloc_trim(0) }

  /// The processor's name, as /proc/cpuinfo has it.
  static var machine: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .ascii)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown"
  }
}
