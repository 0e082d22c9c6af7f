extension HeaderLine {
  /// `file format[xSPF][:skew][+offset] [gain[(baseline)][/units] [bits [zero [initial
  /// [checksum [block [description]]]]]]]`.
  func signalLine(index: Int) throws(WFDBError) -> WFDBSignal {
    guard fields.count >= 2 else { throw bad("a file name and a format", text) }
    var signal = WFDBSignal(
      fileName: String(fields[0]), format: .int16, description: "signal \(index)")
    try format(fields[1], into: &signal)
    var baseline: Int32? = nil
    if fields.count > 2 { baseline = try gain(fields[2], into: &signal) }
    if fields.count > 3 {
      signal.adcResolutionBits = try integer(fields[3], "the ADC resolution in bits", in: 0...64)
    }
    if fields.count > 4 { signal.adcZero = try int32(fields[4], "the ADC zero") }
    signal.baseline = baseline ?? signal.adcZero
    signal.initialValue = signal.adcZero
    if fields.count > 5 { signal.initialValue = try int32(fields[5], "the initial value") }
    if fields.count > 6 {
      let sum = try integer(fields[6], "a 16-bit checksum", in: -32768...65535)
      signal.checksum = Int16(truncatingIfNeeded: sum)
    }
    if fields.count > 7 {
      signal.blockSize = try integer(fields[7], "a block size", in: 0...(1 << 30))
    }
    if fields.count > 8 { signal.description = fields[8...].joined(separator: " ") }
    return signal
  }

  private func format(_ field: Substring, into signal: inout WFDBSignal) throws(WFDBError) {
    var rest = field
    let code = try leadingInteger(&rest, "a signal format", in: 0...1_000_000)
    guard let format = WFDBFormat(rawValue: code) else {
      throw .unsupportedFormat(path: path, line: number, format: code)
    }
    signal.format = format
    while let mark = rest.popFirst() {
      switch mark {
      case "x":
        signal.samplesPerFrame = try leadingInteger(
          &rest, "samples per frame", in: 1...WFDBHeader.maximumSamplesPerFrame)
      case ":":
        signal.skew = try leadingInteger(&rest, "a skew in samples", in: 0...(1 << 30))
      case "+":
        signal.byteOffset = try leadingInteger(&rest, "a byte offset", in: 0...(1 << 48))
      default:
        throw bad("a format like 16x2:3+24", field)
      }
    }
  }

  private func leadingInteger(
    _ rest: inout Substring, _ what: String, in range: ClosedRange<Int>
  ) throws(WFDBError) -> Int {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(digits.count)
    return try integer(digits, what, in: range)
  }

  /// Reads `gain[(baseline)][/units]`; returns the baseline where it is written.
  private func gain(_ field: Substring, into signal: inout WFDBSignal) throws(WFDBError) -> Int32? {
    var number = field
    if let slash = field.firstIndex(of: "/") {
      signal.unit = PhysicalUnit(String(field[field.index(after: slash)...]))
      number = field[..<slash]
    }
    var baseline: Int32? = nil
    if let open = number.firstIndex(of: "(") {
      guard number.hasSuffix(")") else { throw bad("a baseline in parentheses", field) }
      baseline = try int32(number[number.index(after: open)...].dropLast(), "a baseline")
      number = number[..<open]
    }
    let gain = try finite(number, "a gain")
    // A subnormal gain would make every sample infinite.
    guard gain == 0 || (1e-20...1e20).contains(gain.magnitude) else { throw bad("a gain", field) }
    signal.gain = gain == 0 ? WFDBSignal.defaultGain : gain
    return baseline
  }
}
