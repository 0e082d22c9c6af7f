public import ECGCore

/// A WFDB record read whole into memory: its header and every signal.
///
/// Single-segment and multi-segment records (of fixed and of variable layout) look alike here.
/// Samples that a file marks as missing, gaps between segments, and the end of a skewed signal
/// are NaN.
public struct WFDBRecord: Sendable {
  public let header: WFDBHeader
  public let sampleRate: SampleRate
  /// Frames in the record. A lead has this many samples times its samples per frame.
  public let frameCount: Int
  public let leads: [RecordedLead]

  /// The longest multi-segment record that is read, in frames.
  public static let maximumFrames = 1 << 28

  /// Reads `path` ("dir/208", or "dir/208.hea") and the files that its header names, which must
  /// lie in the same folder.
  public init(path: String, verifyingChecksums: Bool = true) throws(WFDBError) {
    let base = path.hasSuffix(".hea") ? String(path.dropLast(4)) : path
    let header = try Self.readHeader(base: base)
    guard let rate = SampleRate(hertz: header.sampleRateHz) else {
      throw .badHeader(
        path: base + ".hea", line: 1, expected: "a sample rate of at least 0.001 Hz",
        found: "\(header.sampleRateHz)")
    }
    self.header = header
    sampleRate = rate
    if header.segments.isEmpty {
      let reader = SignalReader(base: base, header: header, verifiesChecksums: verifyingChecksums)
      (leads, frameCount) = try reader.read()
    } else {
      let reader = SegmentReader(base: base, header: header, verifiesChecksums: verifyingChecksums)
      (leads, frameCount) = try reader.read()
    }
  }

  /// Reads the header alone.
  public static func header(path: String) throws(WFDBError) -> WFDBHeader {
    try readHeader(base: path.hasSuffix(".hea") ? String(path.dropLast(4)) : path)
  }

  static func readHeader(base: String) throws(WFDBError) -> WFDBHeader {
    let path = base + ".hea"
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path) } catch { throw .file(error) }
    return try WFDBHeader(text: String(decoding: bytes, as: UTF8.self), path: path)
  }

  public var name: String { header.recordName }

  public var recording: Recording {
    Recording(name: name, sampleRate: sampleRate, leads: leads)
  }

  public func lead(named name: String) -> RecordedLead? { recording.lead(named: name) }
}

/// The folder part of a path with its slash, or nothing.
func folder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "" }
  return String(path[...slash])
}
