import Glibc
public import ZeroMQ

/// A file with one CURVE secret key: 40 characters of Z85 on its first line.
public enum SecretKeyFile {
  static let maximumBytes = 4096

  /// Reads the pair. A file that others than its owner and group may read, or anybody but its owner
  /// write, is refused: the key in it is to be taken as known.
  public static func read(_ path: String) throws(ConfigurationError) -> CurveKeyPair {
    do throws(ReadTextError) {
      try requireMode(
        of: path, without: 0o027, "a secret key is for its owner alone: make a new key, chmod 0600")
      let text = try readText(path, maximumBytes: maximumBytes)
      guard let pair = pair(in: text) else {
        throw ReadTextError(message: "expected a secret key of 40 characters of Z85")
      }
      return pair
    } catch {
      throw ConfigurationError(
        file: path, problems: [.init(line: nil, key: nil, message: error.message)])
    }
  }

  /// The pair whose secret key stands on the first line of `text`; nil where none does.
  public static func pair(in text: String) -> CurveKeyPair? {
    let line = String(text.prefix { !$0.isNewline })
    guard Z85.key(line) != nil else { return nil }
    return try? CurveKeyPair(secretKey: line)
  }

  /// Writes a new file that only its owner may read; an existing one is left as it is.
  public static func write(_ keys: CurveKeyPair, to path: String) throws(ConfigurationError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path, "cannot be made") }
    defer { close(descriptor) }
    let bytes = Array((keys.secretKey + "\n").utf8)
    guard fchmod(descriptor, 0o600) == 0, writeAll(descriptor, bytes) == bytes.count,
      fsync(descriptor) == 0
    else { throw failure(path, "cannot be written") }
  }

  private static func writeAll(_ descriptor: CInt, _ bytes: [UInt8]) -> Int {
    unsafe Glibc.write(descriptor, bytes, bytes.count)
  }

  private static func failure(_ path: String, _ what: String) -> ConfigurationError {
    ConfigurationError(
      file: path, problems: [.init(line: nil, key: nil, message: "\(what): \(errorText(errno))")])
  }
}

/// Throws where the file has one of the mode bits `forbidden`, and names its mode.
func requireMode(
  of path: String, without forbidden: mode_t, _ reason: String
) throws(ReadTextError) {
  var status = stat()
  guard unsafe stat(path, &status) == 0 else {
    throw ReadTextError(message: "cannot be read: \(errorText(errno))")
  }
  guard status.st_mode & forbidden == 0 else {
    let mode = String(status.st_mode & 0o7777, radix: 8)
    throw ReadTextError(message: "refused, its mode is 0\(mode): \(reason)")
  }
}
