public import ECGCore

extension Recording {
  /// Reads a CSV file: a header row with lead names, then one row of millivolts for each sample.
  ///
  /// The delimiter (comma, semicolon, tab or blanks) is the header's. A column named `time`,
  /// `seconds`, `t` (seconds), `time_ms` (milliseconds), `sample` or `index` is not a lead; a time
  /// tells the rate where `rate` is nil, and must advance evenly. A unit may follow a lead's
  /// name: "MLII (mV)", "V1 [uV]". An empty field, "nan", "NA" or "-" is a missing sample.
  /// Lines that begin with '#' are comments.
  public init(csv path: String, rate: SampleRate? = nil) throws(CSVError) {
    let bytes: [UInt8]
    do throws(FileError) { bytes = try FileBytes.read(path) } catch { throw .file(error) }
    try self.init(csvText: bytes, path: path, rate: rate)
  }

  /// Decodes the text of such a file; `path` names it in errors, and its last part the recording.
  public init(csvText bytes: [UInt8], path: String, rate: SampleRate? = nil) throws(CSVError) {
    var table = CSVTable(path: path)
    try table.read(bytes)
    guard !table.rows.isEmpty else { throw .noSamples(path: path) }
    let derived = rate == nil ? try table.derivedRate() : rate
    guard let rate = derived else { throw .unknownRate(path: path) }
    try table.checkTime(rate)
    let file = path.split(separator: "/").last ?? ""
    let stem = file.hasSuffix(".csv") ? file.dropLast(4) : file
    self.init(name: String(stem), sampleRate: rate, leads: table.leads(rate))
  }
}
