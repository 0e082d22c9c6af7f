/// Why the journal could not do what it was asked. The caller keeps alarming, and tells operators
/// that alerts are not being kept.
public enum JournalError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, or its folder, cannot be opened or written: permissions, a read-only disk.
  case unwritable(path: String, detail: String)
  /// The disk, or the size allowed to the file, is full. Nothing of the append was kept.
  case full(path: String)
  /// The file is no journal, or is damaged. `AlertJournal.setAside` makes room for a new one.
  case corrupt(path: String, detail: String)
  /// The file was written by a later version of the program.
  case newerVersion(path: String, found: Int, supported: Int)
  /// Another process kept the file locked for too long.
  case busy(path: String)
  /// The disk failed under the file.
  case inputOutput(path: String, detail: String)
  /// An entry of the append has a sequence number or an id that is in the journal already.
  /// Nothing of the append was kept.
  case repeated(path: String, detail: String)
  /// Anything else that SQLite may say.
  case other(path: String, code: Int32, detail: String)

  public var description: String {
    switch self {
    case .unwritable(let path, let detail): "\(path): cannot be written: \(detail)"
    case .full(let path): "\(path): the disk is full"
    case .corrupt(let path, let detail): "\(path): is no sound journal: \(detail)"
    case .newerVersion(let path, let found, let supported):
      "\(path): has version \(found), expected at most \(supported)"
    case .busy(let path): "\(path): is locked by another process"
    case .inputOutput(let path, let detail): "\(path): the disk failed: \(detail)"
    case .repeated(let path, let detail): "\(path): an entry is there already: \(detail)"
    case .other(let path, let code, let detail): "\(path): SQLite says \(code): \(detail)"
    }
  }
}
