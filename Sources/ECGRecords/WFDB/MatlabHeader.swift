/// The 20 bytes and the name before the matrix in a MATLAB level 4 file, as WFDB writes them:
/// one row for each signal, one column for each frame.
enum MatlabHeader {
  /// The MATLAB type number (little-endian, full matrix) of a WFDB format.
  static func type(of format: WFDBFormat) -> Int32? {
    switch format {
    case .int32: 20
    case .int16: 30
    case .offset8: 50
    case .null, .difference8, .int24, .int16BigEndian, .packed12: nil
    }
  }

  static func check(
    _ bytes: [UInt8], record: String, signal: WFDBSignal, rows: Int, columns: Int
  ) throws(WFDBError) {
    func bad(_ expected: String, _ found: some CustomStringConvertible) -> WFDBError {
      .badMatlabHeader(
        record: record, file: signal.fileName, expected: expected, found: "\(found)")
    }
    guard bytes.count >= 20 else { throw bad("20 bytes", bytes.count) }
    let words = (0..<5).map { Int(WFDBFormat.int32.decode(bytes, from: 4 * $0, count: 1)[0]) }
    guard let type = type(of: signal.format) else {
      throw bad("format 16, 32 or 80", "format \(signal.format.rawValue)")
    }
    guard words[0] == Int(type) else { throw bad("type \(type)", words[0]) }
    guard words[1] == rows else { throw bad("\(rows) rows", words[1]) }
    guard words[2] >= columns else { throw bad("\(columns) columns", words[2]) }
    guard words[3] == 0 else { throw bad("no imaginary part", words[3]) }
    guard (1...64).contains(words[4]) else { throw bad("a name of 1 to 64 bytes", words[4]) }
    guard signal.byteOffset == 20 + words[4] else {
      throw bad("samples at byte \(signal.byteOffset)", "byte \(20 + words[4])")
    }
  }

  /// The header for so many rows and columns, 24 bytes long ("val" and a zero as the name).
  static func bytes(format: WFDBFormat, rows: Int, columns: Int) -> [UInt8] {
    let words = [type(of: format) ?? 30, Int32(rows), Int32(columns), 0, 4]
    return WFDBFormat.int32.encode(words) + Array("val\0".utf8)
  }
}
