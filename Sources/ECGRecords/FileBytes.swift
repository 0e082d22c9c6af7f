import FoundationEssentials

/// A file that could not be read or written.
public struct FileError: Error, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    case missing
    case unreadable(String)
    case unwritable(String)
  }

  public let path: String
  public let reason: Reason

  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var description: String {
    switch reason {
    case .missing: "\(path): no such file"
    case .unreadable(let why): "\(path): cannot be read: \(why)"
    case .unwritable(let why): "\(path): cannot be written: \(why)"
    }
  }
}

/// Whole files as byte arrays.
enum FileBytes {
  static func read(_ path: String) throws(FileError) -> [UInt8] {
    var isDirectory = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw FileError(path: path, reason: .missing)
    }
    guard !isDirectory else { throw FileError(path: path, reason: .unreadable("is a folder")) }
    do {
      return [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch {
      throw FileError(path: path, reason: .unreadable("\(error)"))
    }
  }

  static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    do {
      try Data(bytes).write(to: URL(filePath: path))
    } catch {
      throw FileError(path: path, reason: .unwritable("\(error)"))
    }
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }
}
