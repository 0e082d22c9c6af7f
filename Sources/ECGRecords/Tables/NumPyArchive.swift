/// The named arrays of an NPZ file, in the file's order: what `numpy.savez` and
/// `numpy.savez_compressed` write.
public struct NumPyArchive: Sendable, Equatable {
  public private(set) var keys: [String] = []
  private var arrays: [String: NumPyArray] = [:]

  public init() {}

  /// Reads an .npz file.
  public init(path: String) throws(NumPyError) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path) } catch { throw .file(error) }
    try self.init(bytes: bytes, path: path)
  }

  /// Decodes an .npz file; `path` only names it in errors.
  public init(bytes: [UInt8], path: String) throws(NumPyError) {
    for entry in try ZipArchive(bytes: bytes, path: path).entries where entry.name.hasSuffix(".npy")
    {
      let key = String(entry.name.dropLast(4))
      self[key] = try NumPyArray(bytes: entry.bytes, path: "\(path), array \(key)")
    }
  }

  public subscript(key: String) -> NumPyArray? {
    get { arrays[key] }
    set {
      if arrays[key] == nil, newValue != nil { keys.append(key) }
      if newValue == nil { keys.removeAll { $0 == key } }
      arrays[key] = newValue
    }
  }

  /// Writes an .npz file, deflated or stored.
  public func write(path: String, compressed: Bool = true) throws(NumPyError) {
    let bytes = encoded(compressed: compressed)
    do throws(FileError) { try FileBytes.write(bytes, to: path) } catch { throw .file(error) }
  }

  public func encoded(compressed: Bool) -> [UInt8] {
    let entries = keys.map { ZipArchive.Entry(name: $0 + ".npy", bytes: arrays[$0]!.encoded()) }
    return ZipArchive(entries: entries).encoded(compressed ? .deflated : .stored)
  }
}
