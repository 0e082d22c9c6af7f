import CSystemd
import Glibc

/// The calling thread's name, as `top -H` and /proc show it.
public enum ThreadName {
  /// What the kernel keeps, without the terminator.
  public static let maximumLength = 15

  /// Longer names are cut.
  public static func set(_ name: String) {
    let bytes = name.utf8.prefix(maximumLength).map { CChar(bitPattern: $0) } + [0]
    unsafe pthread_setname_np(pthread_self(), bytes)
  }
}
