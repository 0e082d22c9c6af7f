#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reading model files from the disk.
public enum ModelFile {
  /// The bytes of a file.
  ///
  /// Errors: `cannotRead`.
  public static func bytes(path: String) throws(ModelError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotRead(path: path, errno: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let size = chunk.count
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, size)
      }
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw .cannotRead(path: path, errno: errno)
      }
      bytes.append(contentsOf: chunk[..<count])
    }
  }
}

extension Autoencoder {
  /// Reads a model file and runs its known-answer test.
  public convenience init(path: String, kernel: Kernel = .best) throws(ModelError) {
    try self.init(ModelFile.bytes(path: path), kernel: kernel)
  }
}
