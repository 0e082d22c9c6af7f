import ECGCore
import Glibc

/// The file in which all streams' states lie, written whole each time.
///
/// | bytes | what |
/// |---|---|
/// | 8 | `ECGDSTAT` |
/// | 4 | version of the file's form, 1 |
/// | 4 | CRC-32 of the header's bytes |
/// | 4 | length of the header: `CheckpointMoment` |
/// | ... | the header |
/// | 4, 4, ... | for each stream: length, CRC-32, `CheckpointRecord` |
/// | 4 | 0: the end |
///
/// It is replaced as a whole or not at all, also where the power fails: written beside, forced to
/// the disk, renamed, and the folder forced to the disk. Little-endian.
struct CheckpointFile {
  let path: String

  static let version: UInt32 = 1
  private static let magic = Array("ECGDSTAT".utf8)
  /// A longer record is no record.
  private static let longest = 1 << 24

  /// What a file held.
  struct Contents {
    var moment = CheckpointMoment()
    /// Each with a right checksum.
    var records: [[UInt8]] = []
    /// What was wrong with the rest; nil where nothing was.
    var damage: String?
  }

  enum ReadError: Error, Equatable {
    case missing
    case unreadable(SystemCallError)
    case version(UInt32)
    case damaged(String)
  }

  /// Replaces the file.
  func write(_ moment: CheckpointMoment, _ records: [[UInt8]]) throws(SystemCallError) {
    var moment = moment
    var state = StateCoder(capacity: 512)
    moment.code(&state)
    precondition(state.failure == nil)
    let header = state.written
    var bytes = Self.magic
    bytes.reserveCapacity(records.reduce(1024) { $0 + $1.count + 8 })
    Self.append(Self.version, to: &bytes)
    Self.append(Checksum.crc32(header.span), to: &bytes)
    Self.append(UInt32(header.count), to: &bytes)
    bytes += header
    for record in records {
      Self.append(UInt32(record.count), to: &bytes)
      Self.append(Checksum.crc32(record.span), to: &bytes)
      bytes += record
    }
    Self.append(0, to: &bytes)
    try replace(bytes)
  }

  private func replace(_ bytes: [UInt8]) throws(SystemCallError) {
    let beside = path + ".new"
    let file = unsafe open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SystemCallError(call: "open \(beside)", code: errno) }
    defer { close(file) }
    var at = 0
    while at < bytes.count {
      let start = at
      let written = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress! + start, $0.count - start)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw SystemCallError(call: "write \(beside)", code: errno) }
      at += written
    }
    guard fsync(file) == 0 else { throw SystemCallError(call: "fsync \(beside)", code: errno) }
    guard unsafe rename(beside, path) == 0 else {
      throw SystemCallError(call: "rename \(beside)", code: errno)
    }
    let folder = unsafe open(Self.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw SystemCallError(call: "open folder", code: errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw SystemCallError(call: "fsync folder", code: errno) }
  }

  /// Reads the file. Records that are damaged are left out, and `damage` says so.
  func read() throws(ReadError) -> Contents {
    let bytes = try load()
    guard bytes.count >= 20, Array(bytes[..<8]) == Self.magic else {
      throw .damaged("it does not begin as a checkpoint does")
    }
    let version = Self.number(bytes, at: 8)
    guard version == Self.version else { throw .version(version) }
    let headerLength = Int(Self.number(bytes, at: 16))
    guard headerLength <= bytes.count - 20 else { throw .damaged("it ends within its header") }
    let header = Array(bytes[20..<(20 + headerLength)])
    guard Checksum.crc32(header.span) == Self.number(bytes, at: 12) else {
      throw .damaged("its header's checksum is wrong")
    }
    var contents = Contents()
    var state = StateCoder(reading: header)
    contents.moment.code(&state)
    guard state.failure == nil else { throw .damaged("its header cannot be read") }
    var at = 20 + headerLength
    while true {
      guard bytes.count - at >= 4 else {
        contents.damage = "it ends after \(contents.records.count) streams"
        break
      }
      let length = Int(Self.number(bytes, at: at))
      if length == 0 { break }
      guard length <= Self.longest, bytes.count - at - 8 >= length else {
        contents.damage = "it ends within stream \(contents.records.count + 1)"
        break
      }
      let record = Array(bytes[(at + 8)..<(at + 8 + length)])
      if Checksum.crc32(record.span) == Self.number(bytes, at: at + 4) {
        contents.records.append(record)
      } else {
        contents.damage = "a stream's checksum is wrong"
      }
      at += 8 + length
    }
    return contents
  }

  /// Renames the file out of the way, in place of an earlier one of that name; its new path.
  func setAside(_ suffix: String) throws(SystemCallError) -> String {
    let aside = "\(path).\(suffix)"
    guard unsafe rename(path, aside) == 0 else {
      throw SystemCallError(call: "rename \(path)", code: errno)
    }
    return aside
  }

  private func load() throws(ReadError) -> [UInt8] {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw errno == ENOENT
        ? .missing : .unreadable(SystemCallError(call: "open \(path)", code: errno))
    }
    defer { close(file) }
    var facts = stat()
    guard unsafe fstat(file, &facts) == 0 else {
      throw .unreadable(SystemCallError(call: "fstat \(path)", code: errno))
    }
    var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
    var at = 0
    while at < bytes.count {
      let start = at
      let got = unsafe bytes.withUnsafeMutableBytes {
        unsafe Glibc.read(file, $0.baseAddress! + start, $0.count - start)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw .unreadable(SystemCallError(call: "read \(path)", code: errno))
      }
      if got == 0 { break }
      at += got
    }
    return at == bytes.count ? bytes : Array(bytes[..<at])
  }

  private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
    for i in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * i))) }
  }

  private static func number(_ bytes: [UInt8], at: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * $1) }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
