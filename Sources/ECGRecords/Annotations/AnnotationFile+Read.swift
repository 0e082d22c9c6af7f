extension AnnotationFile {
  /// Reads an annotation file in MIT format, such as "dir/208.atr".
  public init(path: String) throws(WFDBError) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path) } catch { throw .file(error) }
    try self.init(bytes: bytes, path: path)
  }

  /// True where the record at `path` has annotations of this annotator.
  public static func exists(record path: String, annotator: String = "atr") -> Bool {
    FileBytes.exists("\(path).\(annotator)")
  }

  /// Decodes an annotation file in MIT format; `path` only names it in errors.
  public init(bytes: [UInt8], path: String) throws(WFDBError) {
    var decoder = AnnotationDecoder(bytes: bytes, path: path)
    try decoder.run()
    annotations = decoder.annotations
    timeResolutionHz = Self.takeTimeResolution(&annotations)
  }

  private static let resolutionPrefix = "## time resolution: "

  /// Removes the note at sample 0 that states the ticks a second, and returns them. WFDB marks the
  /// end of such notes with an annotation of code 0, which goes too.
  private static func takeTimeResolution(_ annotations: inout [Annotation]) -> Double? {
    let place = annotations.firstIndex {
      $0.sample == 0 && $0.code == .note && $0.text.hasPrefix(resolutionPrefix)
    }
    guard let place,
      let hertz = Double(
        annotations[place].text.dropFirst(resolutionPrefix.count).filter { $0 != " " }),
      hertz.isFinite, hertz > 0
    else { return nil }
    annotations.remove(at: place)
    if place < annotations.count, annotations[place].code == .notQRS,
      annotations[place].sample == 0
    {
      annotations.remove(at: place)
    }
    return hertz
  }
}

/// Walks the 16-bit words of an annotation file (annot(5)): six bits of code over ten of
/// interval. SKIP, NUM, SUB, CHN and AUX words modify the annotation beside them.
private struct AnnotationDecoder {
  let bytes: [UInt8]
  let path: String
  var annotations: [Annotation] = []
  private var at = 0
  private var sample: Int64 = 0
  // NUM and CHN hold until changed, SUB for one annotation.
  private var number: Int8 = 0
  private var channel: UInt8 = 0

  private static let skip = 59
  private static let num = 60
  private static let sub = 61
  private static let chn = 62
  private static let aux = 63

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  private func bad(_ what: String) -> WFDBError {
    .badAnnotation(path: path, offset: at, what: what)
  }

  private mutating func word() throws(WFDBError) -> Int {
    guard at + 2 <= bytes.count else { throw bad("the file ends without its end mark") }
    defer { at += 2 }
    return Int(bytes[at]) | Int(bytes[at + 1]) << 8
  }

  mutating func run() throws(WFDBError) {
    while true {
      let place = at
      let word = try word()
      // The end mark: no code, no interval.
      if word == 0 { return }
      try take(code: word >> 10, value: word & 0x3ff, place: place)
    }
  }

  private mutating func take(code: Int, value: Int, place: Int) throws(WFDBError) {
    let low = UInt8(truncatingIfNeeded: value)
    switch code {
    case Self.skip:
      // A 32-bit interval, its high half first (as a PDP-11 stores it).
      let high = try word()
      let interval = Int32(truncatingIfNeeded: high << 16 | (try word()))
      sample += Int64(interval)
    case Self.num:
      number = Int8(bitPattern: low)
      modifyLast { $0.number = Int8(bitPattern: low) }
    case Self.sub: modifyLast { $0.subtype = Int8(bitPattern: low) }
    case Self.chn:
      channel = low
      modifyLast { $0.channel = low }
    case Self.aux: try takeText(length: value)
    default:
      guard let known = AnnotationCode(rawValue: UInt8(code)) else {
        at = place
        throw bad("expected a code up to \(AnnotationCode.maximum), found \(code)")
      }
      sample += Int64(value)
      annotations.append(
        Annotation(sample: sample, code: known, channel: channel, number: number))
    }
  }

  private mutating func modifyLast(_ change: (inout Annotation) -> Void) {
    guard !annotations.isEmpty else { return }
    change(&annotations[annotations.count - 1])
  }

  private mutating func takeText(length: Int) throws(WFDBError) {
    // The text is padded to whole words.
    guard at + length + length % 2 <= bytes.count else {
      throw bad("a text of \(length) bytes goes beyond the end of the file")
    }
    let text = bytes[at..<at + length]
    at += length + length % 2
    modifyLast { $0.text = String(decoding: text.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
