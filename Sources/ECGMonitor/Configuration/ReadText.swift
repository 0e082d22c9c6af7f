import Glibc

/// Why a file's text could not be had.
struct ReadTextError: Error {
  let message: String
}

/// The text of a regular file of at most `maximumBytes` bytes of UTF-8.
func readText(_ path: String, maximumBytes: Int) throws(ReadTextError) -> String {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    throw ReadTextError(message: "cannot be read: \(errorText(errno))")
  }
  defer { close(descriptor) }
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw ReadTextError(message: "expected a regular file")
  }
  var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
  var count = 0
  while count < bytes.count {
    let got = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe read(descriptor, buffer.baseAddress! + count, buffer.count - count)
    }
    if got < 0, errno == EINTR { continue }
    guard got >= 0 else { throw ReadTextError(message: "cannot be read: \(errorText(errno))") }
    if got == 0 { break }
    count += got
  }
  guard count <= maximumBytes else {
    throw ReadTextError(message: "expected at most \(maximumBytes) bytes")
  }
  guard let text = String(validating: bytes[..<count], as: UTF8.self) else {
    throw ReadTextError(message: "expected UTF-8 text")
  }
  return text
}

/// What the C library calls the error `code`.
func errorText(_ code: Int32) -> String {
  unsafe String(cString: strerror(code))
}
