extension AnnotationFile {
  /// Writes an annotation file in MIT format.
  public func write(path: String) throws(WFDBError) {
    do throws(FileError) { try FileBytes.write(encoded(), to: path) } catch { throw .file(error) }
  }

  /// The bytes of an annotation file in MIT format. Texts beyond 255 bytes are cut.
  public func encoded() -> [UInt8] {
    var encoder = AnnotationEncoder()
    if let timeResolutionHz, (1e-6...1e12).contains(timeResolutionHz) {
      let hertz =
        timeResolutionHz == timeResolutionHz.rounded()
        ? "\(Int64(timeResolutionHz))" : "\(timeResolutionHz)"
      encoder.append(Annotation(sample: 0, code: .note, text: "## time resolution: \(hertz)"))
      encoder.append(Annotation(sample: 0, code: .notQRS))
    }
    for annotation in annotations { encoder.append(annotation) }
    encoder.word(code: 0, value: 0)
    return encoder.bytes
  }
}

private struct AnnotationEncoder {
  var bytes: [UInt8] = []
  private var sample: Int64 = 0
  private var number: Int8 = 0
  private var channel: UInt8 = 0

  /// The longest interval that fits the ten bits beside a code.
  private static let longestInterval: Int64 = 1023

  mutating func word(code: Int, value: Int) {
    let word = code << 10 | value & 0x3ff
    bytes.append(UInt8(truncatingIfNeeded: word))
    bytes.append(UInt8(truncatingIfNeeded: word >> 8))
  }

  mutating func append(_ annotation: Annotation) {
    var interval = annotation.sample - sample
    while !(0...Self.longestInterval).contains(interval) {
      let part = Int32(clamping: interval)
      skip(part)
      interval -= Int64(part)
    }
    // A word of zeros would end the file.
    if annotation.code == .notQRS, interval == 0 {
      skip(-1)
      interval = 1
    }
    sample = annotation.sample
    word(code: Int(annotation.code.rawValue), value: Int(interval))
    modifiers(annotation)
  }

  private mutating func skip(_ interval: Int32) {
    word(code: 59, value: 0)
    let bits = UInt32(bitPattern: interval)
    for half in [bits >> 16, bits] {
      bytes.append(UInt8(truncatingIfNeeded: half))
      bytes.append(UInt8(truncatingIfNeeded: half >> 8))
    }
  }

  private mutating func modifiers(_ annotation: Annotation) {
    if annotation.number != number {
      word(code: 60, value: Int(UInt8(bitPattern: annotation.number)))
    }
    if annotation.subtype != 0 {
      word(code: 61, value: Int(UInt8(bitPattern: annotation.subtype)))
    }
    if annotation.channel != channel { word(code: 62, value: Int(annotation.channel)) }
    number = annotation.number
    channel = annotation.channel
    let text = Array(annotation.text.utf8.prefix(255))
    guard !text.isEmpty else { return }
    word(code: 63, value: text.count)
    bytes += text
    if text.count % 2 == 1 { bytes.append(0) }
  }
}
