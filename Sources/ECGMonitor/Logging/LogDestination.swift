import CSystemd
import FoundationEssentials
import Glibc

/// Where messages go.
public enum LogDestination: Equatable, Sendable {
  /// journald, with structured fields.
  case journal
  /// Lines on standard error.
  case standardError

  /// The journal where systemd says that it reads this process's standard error, else standard
  /// error: a shell's redirection of a service's output stays a redirection.
  public static func detect() -> LogDestination {
    var status = stat()
    guard let stream = environmentValue("JOURNAL_STREAM"), unsafe fstat(STDERR_FILENO, &status) == 0
    else { return .standardError }
    return stream == "\(status.st_dev):\(status.st_ino)" ? .journal : .standardError
  }

  func write(_ entry: LogEntry, identifier: String) {
    switch self {
    case .standardError:
      StandardError.write(entry.line(time: Self.timeNow()))
    case .journal:
      if Self.send(entry.journalFields(identifier: identifier)) < 0 {
        // journald also reads standard error, and takes the level from a prefix.
        StandardError.write("<\(entry.priority)>" + entry.line(time: Self.timeNow()))
      }
    }
  }

  /// sd_journal_sendv(3): 0, or a negative error.
  private static func send(_ fields: [[UInt8]]) -> Int32 {
    var bytes = fields.flatMap { $0 }
    return unsafe bytes.withUnsafeMutableBytes { buffer in
      var start = 0
      let parts = unsafe fields.map { field in
        defer { start += field.count }
        return unsafe iovec(iov_base: buffer.baseAddress! + start, iov_len: field.count)
      }
      return unsafe sd_journal_sendv(parts, Int32(parts.count))
    }
  }

  /// UTC to the millisecond, as ISO 8601 writes it.
  private static func timeNow() -> String {
    Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
