extension ZipArchive {
  /// The bytes of a zip file with every entry stored or deflated. The whole must stay below 4 GiB.
  func encoded(_ storage: Storage) -> [UInt8] {
    var out: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let packed = storage == .deflated ? Deflate.deflate(entry.bytes) : entry.bytes
      let common = Self.commonFields(entry, packed: packed.count, storage)
      directory.append(littleEndian: UInt64(ZipLayout.centralSignature), bytes: 4)
      directory.append(littleEndian: 20, bytes: 2)
      directory += common
      // No comment, disk 0, no attributes; then the place of the local header.
      directory.append(littleEndian: 0, bytes: 6)
      directory.append(littleEndian: 0, bytes: 4)
      directory.append(littleEndian: UInt64(out.count), bytes: 4)
      directory += entry.name.utf8
      out.append(littleEndian: UInt64(ZipLayout.localSignature), bytes: 4)
      out += common
      out += entry.name.utf8
      out += packed
    }
    let start = out.count
    precondition(start + directory.count <= Int(UInt32.max))
    out += directory
    out.append(littleEndian: UInt64(ZipLayout.endSignature), bytes: 4)
    out.append(littleEndian: 0, bytes: 4)
    out.append(littleEndian: UInt64(entries.count), bytes: 2)
    out.append(littleEndian: UInt64(entries.count), bytes: 2)
    out.append(littleEndian: UInt64(directory.count), bytes: 4)
    out.append(littleEndian: UInt64(start), bytes: 4)
    out.append(littleEndian: 0, bytes: 2)
    return out
  }

  /// Version needed to the extra field's length: what local and central headers share.
  private static func commonFields(_ entry: Entry, packed: Int, _ storage: Storage) -> [UInt8] {
    let method = storage == .deflated ? ZipLayout.methodDeflated : ZipLayout.methodStored
    /// 1 January 1980, the earliest date of a zip file: the same input gives the same bytes.
    let earliestDate: UInt64 = 0x21
    var out: [UInt8] = []
    out.append(littleEndian: 20, bytes: 2)
    out.append(littleEndian: 0, bytes: 2)
    out.append(littleEndian: UInt64(method), bytes: 2)
    out.append(littleEndian: 0, bytes: 2)
    out.append(littleEndian: earliestDate, bytes: 2)
    out.append(littleEndian: UInt64(Deflate.crc32(entry.bytes[...])), bytes: 4)
    out.append(littleEndian: UInt64(packed), bytes: 4)
    out.append(littleEndian: UInt64(entry.bytes.count), bytes: 4)
    out.append(littleEndian: UInt64(entry.name.utf8.count), bytes: 2)
    out.append(littleEndian: 0, bytes: 2)
    return out
  }
}
