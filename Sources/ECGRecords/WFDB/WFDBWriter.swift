/// Writes a single-segment WFDB record: a header and its signal files.
public struct WFDBWriter: Sendable {
  /// One signal and how it is stored. Its checksum and, for differences, its initial value are
  /// computed; what else `line` says is written as it stands.
  public struct Signal: Sendable {
    public var line: WFDBSignal
    /// The signal's samples in the order of time, `samplesPerFrame` for each frame;
    /// `DigitalSamples.missing` where there is none.
    public var values: [Int32]

    public init(line: WFDBSignal, values: [Int32]) {
      self.line = line
      self.values = values
    }
  }

  public var name: String
  public var sampleRateHz: Double
  public var signals: [Signal]
  public var comments: [String]
  /// "HH:MM:SS" and "DD/MM/YYYY", where known.
  public var baseTime: String?
  public var baseDate: String?

  public init(
    name: String, sampleRateHz: Double, signals: [Signal], comments: [String] = [],
    baseTime: String? = nil, baseDate: String? = nil
  ) {
    self.name = name
    self.sampleRateHz = sampleRateHz
    self.signals = signals
    self.comments = comments
    self.baseTime = baseTime
    self.baseDate = baseDate
  }

  /// The frames of the shortest signal.
  public var frameCount: Int {
    signals.map { $0.values.count / $0.line.samplesPerFrame }.min() ?? 0
  }

  /// Writes `<name>.hea` and the signal files into `folder`.
  public func write(toFolder folder: String) throws(WFDBError) {
    var stored: [Signal] = []
    for signal in signals { stored.append(try prepare(signal)) }
    let frames = frameCount
    var start = 0
    while start < stored.count {
      let file = stored[start].line.fileName
      var end = start + 1
      while end < stored.count, stored[end].line.fileName == file { end += 1 }
      try write(group: stored[start..<end], frames: frames, to: "\(folder)/\(file)")
      start = end
    }
    try save(Array(headerText(stored.map(\.line)).utf8), to: "\(folder)/\(name).hea")
  }

  private func save(_ bytes: [UInt8], to path: String) throws(WFDBError) {
    do throws(FileError) { try FileBytes.write(bytes, to: path) } catch { throw .file(error) }
  }

  /// The numbers as they go into the file, differences as amplitudes still, and the checksum.
  private func prepare(_ signal: Signal) throws(WFDBError) -> Signal {
    var stored = signal
    let format = signal.line.format
    stored.values = Array(signal.values.prefix(frameCount * signal.line.samplesPerFrame))
    for (index, value) in stored.values.enumerated() {
      if value == DigitalSamples.missing, let missing = format.missingValue {
        stored.values[index] = missing
      } else if !format.range.contains(value) {
        throw .unrepresentable(
          signal: signal.line.description, sample: index, value: Int(value),
          format: format.rawValue)
      }
    }
    if format == .difference8 {
      stored.line.initialValue = stored.values.first ?? signal.line.initialValue
      stored.values = Self.slewLimited(stored.values)
    }
    stored.line.checksum = stored.values.reduce(into: Int16(0)) {
      $0 &+= Int16(truncatingIfNeeded: $1)
    }
    return stored
  }

  /// The amplitudes that 8-bit differences can follow: steeper slopes lag and catch up.
  private static func slewLimited(_ values: [Int32]) -> [Int32] {
    guard var value = values.first else { return [] }
    return values.map { target in
      value += Int32(max(-128, min(127, Int(target) - Int(value))))
      return value
    }
  }

  private func write(group: ArraySlice<Signal>, frames: Int, to path: String) throws(WFDBError) {
    let first = group.first!.line
    guard first.format != .null else { return }
    let columns = group.map { signal -> [Int32] in
      guard signal.line.format == .difference8 else { return signal.values }
      var previous = signal.line.initialValue
      return signal.values.map { value in
        defer { previous = value }
        return value - previous
      }
    }
    var flat: [Int32] = []
    for frame in 0..<frames {
      for (signal, values) in zip(group, columns) {
        let perFrame = signal.line.samplesPerFrame
        flat += values[frame * perFrame..<(frame + 1) * perFrame]
      }
    }
    var bytes = [UInt8](repeating: 0, count: first.byteOffset)
    if first.fileName.hasSuffix(".mat") {
      bytes = MatlabHeader.bytes(
        format: first.format, rows: group.reduce(0) { $0 + $1.line.samplesPerFrame },
        columns: frames)
    }
    try save(bytes + first.format.encode(flat), to: path)
  }

  private func headerText(_ lines: [WFDBSignal]) -> String {
    var record = "\(name) \(lines.count) \(Self.decimal(sampleRateHz)) \(frameCount)"
    if let baseTime { record += " \(baseTime)" + (baseDate.map { " \($0)" } ?? "") }
    let signals = lines.map(Self.signalLine)
    return ([record] + signals + comments.map { "# \($0)" }).joined(separator: "\n") + "\n"
  }

  private static func signalLine(_ s: WFDBSignal) -> String {
    var format = "\(s.format.rawValue)"
    if s.samplesPerFrame != 1 { format += "x\(s.samplesPerFrame)" }
    if s.skew != 0 { format += ":\(s.skew)" }
    if s.byteOffset != 0 { format += "+\(s.byteOffset)" }
    var gain = decimal(s.gain)
    if s.baseline != s.adcZero { gain += "(\(s.baseline))" }
    if s.unit != .millivolts { gain += "/\(s.unit)" }
    return "\(s.fileName) \(format) \(gain) \(s.adcResolutionBits) \(s.adcZero) "
      + "\(s.initialValue) \(s.checksum ?? 0) \(s.blockSize) \(s.description)"
  }

  /// The shortest decimal that reads back the same: 360 rather than 360.0.
  private static func decimal(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
