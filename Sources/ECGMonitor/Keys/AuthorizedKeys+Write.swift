import Glibc

extension AuthorizedKeys {
  /// Puts the text in the place of the file at `path`, under its mode (0644 where it is new): the
  /// file is the old one or the new one at any time.
  public func write(to path: String) throws(ConfigurationError) {
    var status = stat()
    let mode = unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o644
    let draft = "\(path).\(getpid()).new"
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(draft, "cannot be made") }
    let bytes = Array(text.utf8)
    var isDone = unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    isDone = isDone && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
    close(descriptor)
    guard isDone, unsafe rename(draft, path) == 0 else {
      let error = Self.failure(path, "cannot be written")
      unsafe _ = unlink(draft)
      throw error
    }
  }

  private static func failure(_ path: String, _ what: String) -> ConfigurationError {
    ConfigurationError(
      file: path, problems: [.init(line: nil, key: nil, message: "\(what): \(errorText(errno))")])
  }
}
