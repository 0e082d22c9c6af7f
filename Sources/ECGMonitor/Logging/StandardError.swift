import Glibc

/// The process's standard error: whole texts, each by one write, so that threads do not mix
/// their lines.
public enum StandardError {
  /// What cannot be written is dropped: there is no further place to say so.
  public static func write(_ text: String) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(STDERR_FILENO, buffer.baseAddress! + start, buffer.count - start)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      start += written
    }
  }
}
