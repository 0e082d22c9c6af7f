/// What is wrong with an NPY or NPZ file.
public enum NumPyError: Error, Equatable, CustomStringConvertible {
  case file(FileError)
  case badArray(path: String, offset: Int, expected: String, found: String)
  case badArchive(path: String, entry: String, offset: Int, expected: String, found: String)
  case noSuchKey(path: String, key: String, available: [String])
  /// An array that cannot be taken as leads.
  case notASignal(path: String, key: String, shape: [Int])
  case noSignals(path: String)

  public var description: String {
    switch self {
    case .file(let error): error.description
    case .badArray(let path, let offset, let expected, let found):
      "\(path): byte \(offset): expected \(expected), found \(found)"
    case .badArchive(let path, let entry, let offset, let expected, let found):
      "\(path)\(entry.isEmpty ? "" : ", entry \(entry)"): byte \(offset): "
        + "expected \(expected), found \(found)"
    case .noSuchKey(let path, let key, let available):
      "\(path): no array \"\(key)\"; there are: \(available.joined(separator: ", "))"
    case .notASignal(let path, let key, let shape):
      "\(path), array \(key): expected shape (samples) or (samples, leads), found \(shape)"
    case .noSignals(let path): "\(path): no array can be taken as a signal"
    }
  }
}
