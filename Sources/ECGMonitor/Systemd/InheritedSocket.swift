import CSystemd
import Glibc

/// A listening socket that the service manager opened for this process (socket activation).
public struct InheritedSocket: Equatable, Sendable {
  /// Owned by whoever takes it from `all()`; it is closed on exec.
  public let descriptor: Int32
  /// FileDescriptorName= of the socket unit.
  public let name: String

  /// Every socket handed over, in the order of the unit. Empty where there are none, or they were
  /// meant for another process.
  ///
  /// Takes them out of the environment, so that a second call finds none.
  public static func all() -> [InheritedSocket] {
    var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    let count = unsafe sd_listen_fds_with_names(1, &names)
    defer { unsafe free(names) }
    guard count > 0 else { return [] }
    let firstDescriptor: Int32 = 3  // SD_LISTEN_FDS_START, a macro that Swift does not see
    return (0..<count).map { index in
      var name = "unknown"
      if let text = unsafe names?[Int(index)] {
        name = unsafe String(cString: text)
        unsafe free(text)
      }
      return InheritedSocket(descriptor: firstDescriptor + index, name: name)
    }
  }
}
