extension ZipArchive {
  init(bytes: [UInt8], path: String) throws(NumPyError) {
    let reader = ZipReader(bytes: bytes, path: path)
    entries = try reader.read()
  }
}

private struct ZipReader {
  let bytes: [UInt8]
  let path: String

  private func bad(
    _ offset: Int, _ expected: String, _ found: some CustomStringConvertible, entry: String = ""
  ) -> NumPyError {
    .badArchive(
      path: path, entry: entry, offset: offset, expected: expected, found: found.description)
  }

  private func number(_ offset: Int, _ width: Int) -> Int {
    (0..<width).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  func read() throws(NumPyError) -> [ZipArchive.Entry] {
    let end = try endRecord()
    let count = number(end + 10, 2)
    var at = number(end + 16, 4)
    var entries: [ZipArchive.Entry] = []
    for _ in 0..<count {
      guard at + ZipLayout.centralBytes <= end, number(at, 4) == ZipLayout.centralSignature else {
        throw bad(at, "\(count) directory entries", entries.count)
      }
      let extra = number(at + 28, 2) + number(at + 30, 2) + number(at + 32, 2)
      guard at + ZipLayout.centralBytes + extra <= end else {
        throw bad(at, "a directory entry of \(extra) more bytes", end - at)
      }
      entries.append(try entry(at))
      at += ZipLayout.centralBytes + extra
    }
    return entries
  }

  /// Where the end record begins: the last signature whose comment reaches the end of the file.
  private func endRecord() throws(NumPyError) -> Int {
    var at = bytes.count - ZipLayout.endBytes
    let lowest = max(0, at - ZipLayout.maximumComment)
    while at >= lowest {
      if number(at, 4) == ZipLayout.endSignature,
        at + ZipLayout.endBytes + number(at + 20, 2) == bytes.count
      {
        return at
      }
      at -= 1
    }
    throw bad(0, "the directory of a zip file", "none")
  }

  private func entry(_ at: Int) throws(NumPyError) -> ZipArchive.Entry {
    let nameEnd = at + ZipLayout.centralBytes + number(at + 28, 2)
    let name = String(decoding: bytes[(at + ZipLayout.centralBytes)..<nameEnd], as: UTF8.self)
    guard number(at + 8, 2) & ZipLayout.encryptedFlag == 0 else {
      throw bad(at + 8, "an entry that is not encrypted", "an encrypted one", entry: name)
    }
    let local = number(at + 42, 4)
    guard local + ZipLayout.localBytes <= bytes.count,
      number(local, 4) == ZipLayout.localSignature
    else { throw bad(local, "a local header", "none", entry: name) }
    let start = local + ZipLayout.localBytes + number(local + 26, 2) + number(local + 28, 2)
    let packed = number(at + 20, 4)
    guard start + packed <= bytes.count else {
      throw bad(start, "\(packed) bytes", max(0, bytes.count - start), entry: name)
    }
    let content = try unpack(
      bytes[start..<start + packed], method: number(at + 10, 2), length: number(at + 24, 4),
      start: start, name: name)
    let sum = UInt32(truncatingIfNeeded: number(at + 16, 4))
    let actual = Deflate.crc32(content[...])
    guard sum == actual else {
      throw bad(start, "CRC \(String(sum, radix: 16))", String(actual, radix: 16), entry: name)
    }
    return .init(name: name, bytes: content)
  }

  private func unpack(
    _ packed: ArraySlice<UInt8>, method: Int, length: Int, start: Int, name: String
  ) throws(NumPyError) -> [UInt8] {
    switch method {
    case ZipLayout.methodStored:
      guard packed.count == length else {
        throw bad(start, "\(length) stored bytes", packed.count, entry: name)
      }
      return Array(packed)
    case ZipLayout.methodDeflated:
      // Checked before anything of that length is allocated.
      guard length <= packed.count * ZipLayout.maximumRatio else {
        throw bad(start, "a length that \(packed.count) bytes can hold", length, entry: name)
      }
      do throws(Deflate.Failure) {
        return try Deflate.inflate(packed, length: length)
      } catch {
        switch error {
        case .broken(let code):
          throw bad(start, "a deflate stream", "zlib error \(code)", entry: name)
        case .wrongLength(let expected, let actual):
          throw bad(start, "\(expected) inflated bytes", actual, entry: name)
        }
      }
    default: throw bad(start, "method 0 (stored) or 8 (deflated)", method, entry: name)
    }
  }
}
