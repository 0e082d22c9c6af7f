import ECGCore

/// Reads the signals of a single-segment record.
struct SignalReader {
  let base: String
  let header: WFDBHeader
  let verifiesChecksums: Bool

  /// The leads in the header's order, and the number of frames.
  func read() throws(WFDBError) -> ([RecordedLead], Int) {
    var stored: [[Int32]] = []
    var start = 0
    while start < header.signals.count {
      let name = header.signals[start].fileName
      var end = start + 1
      while end < header.signals.count, header.signals[end].fileName == name { end += 1 }
      stored += try readGroup(start..<end)
      start = end
    }
    let frames = frameCount(of: stored)
    var leads: [RecordedLead] = []
    for (index, signal) in header.signals.enumerated() {
      try verify(stored[index], signal)
      leads.append(try lead(signal, line: index, stored: stored[index], frames: frames))
    }
    return (leads, frames)
  }

  private func frameCount(of stored: [[Int32]]) -> Int {
    let counts = zip(header.signals, stored).compactMap { signal, samples in
      signal.format == .null ? nil : samples.count / signal.samplesPerFrame
    }
    return counts.min() ?? 0
  }

  /// The stored samples of the signals that share a file.
  private func readGroup(_ range: Range<Int>) throws(WFDBError) -> [[Int32]] {
    let group = header.signals[range]
    let first = group.first!
    if group.allSatisfy({ $0.format == .null }) { return group.map { _ in [] } }
    guard group.allSatisfy({ $0.format == first.format }) else { throw differ(first, "format") }
    guard group.allSatisfy({ $0.byteOffset == first.byteOffset }) else {
      throw differ(first, "byte offset")
    }
    let bytes = try readFile(first)
    let width = group.reduce(0) { $0 + $1.samplesPerFrame }
    let available = max(0, bytes.count - first.byteOffset)
    let frames = header.frameCount ?? first.format.samples(inBytes: available) / width
    if first.fileName.hasSuffix(".mat") {
      try MatlabHeader.check(
        bytes, record: header.recordName, signal: first, rows: width, columns: frames)
    }
    guard frames <= first.format.samples(inBytes: available) / width else {
      // The product may be beyond any file, and beyond an Int.
      let samples = frames.multipliedReportingOverflow(by: width)
      let isAbsurd = samples.overflow || samples.partialValue > WFDBHeader.maximumFrames
      throw .truncatedSignal(
        record: header.recordName, file: first.fileName,
        expectedBytes: isAbsurd
          ? .max : first.byteOffset + first.format.bytes(forSamples: samples.partialValue),
        actualBytes: bytes.count)
    }
    let flat = first.format.decode(bytes, from: first.byteOffset, count: frames * width)
    return deinterleave(flat, group: group, frames: frames, width: width)
  }

  private func differ(_ signal: WFDBSignal, _ what: String) -> WFDBError {
    .inconsistentFile(record: header.recordName, file: signal.fileName, what: what)
  }

  private func readFile(_ signal: WFDBSignal) throws(WFDBError) -> [UInt8] {
    let path = folder(of: base) + signal.fileName
    // A header must not reach out of its folder.
    guard !signal.fileName.contains("/"), signal.fileName != "-" else {
      throw .file(
        FileError(path: path, reason: .unreadable("a signal file lies beside its header")))
    }
    do throws(FileError) { return try FileBytes.read(path) } catch { throw .file(error) }
  }

  private func deinterleave(
    _ flat: [Int32], group: ArraySlice<WFDBSignal>, frames: Int, width: Int
  ) -> [[Int32]] {
    var first = 0
    return group.map { signal in
      let perFrame = signal.samplesPerFrame
      var samples: [Int32] = []
      samples.reserveCapacity(frames * perFrame)
      for frame in 0..<frames {
        let at = frame * width + first
        for i in at..<at + perFrame { samples.append(flat[i]) }
      }
      first += perFrame
      if signal.format == .difference8 { integrate(&samples, from: signal.initialValue) }
      return samples
    }
  }

  /// Turns differences into amplitudes; wraps where garbage would leave 32 bits.
  private func integrate(_ samples: inout [Int32], from initial: Int32) {
    var value = initial
    for i in samples.indices {
      value &+= samples[i]
      samples[i] = value
    }
  }

  /// Compares the 16-bit sum of the samples as stored, skewed ones included, with the header's.
  ///
  /// As header(5) has it, a sum counts only where the header tells the number of samples.
  private func verify(_ samples: [Int32], _ signal: WFDBSignal) throws(WFDBError) {
    guard verifiesChecksums, header.frameCount != nil, signal.format != .null,
      let expected = signal.checksum
    else { return }
    let actual = samples.reduce(into: Int16(0)) { $0 &+= Int16(truncatingIfNeeded: $1) }
    guard actual == expected else {
      throw .checksum(
        record: header.recordName, signal: signal.description, expected: expected, actual: actual)
    }
  }

  private func lead(
    _ signal: WFDBSignal, line: Int, stored: [Int32], frames: Int
  ) throws(WFDBError) -> RecordedLead {
    let count = frames * signal.samplesPerFrame
    let skipped = signal.skew * signal.samplesPerFrame
    var values: [Int32] = []
    values.reserveCapacity(count)
    let missing = signal.format.missingValue
    for value in stored.dropFirst(skipped).prefix(count) {
      values.append(value == missing ? DigitalSamples.missing : value)
    }
    values.append(contentsOf: repeatElement(DigitalSamples.missing, count: count - values.count))
    let hertz = header.sampleRateHz * Double(signal.samplesPerFrame)
    guard let rate = SampleRate(hertz: hertz) else {
      throw .badHeader(
        path: base + ".hea", line: line + 2, expected: "a signal below 4 MHz", found: "\(hertz) Hz")
    }
    let digital = DigitalSamples(
      values: values, gain: Float(signal.gain / (signal.unit.millivolts ?? 1)),
      baseline: signal.baseline)
    return RecordedLead(
      name: signal.description, unit: signal.unit, sampleRate: rate, samples: digital.physical(),
      digital: digital)
  }
}
