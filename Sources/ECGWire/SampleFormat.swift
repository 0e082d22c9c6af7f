/// How the samples of a packet are stored.
public enum SampleFormat: UInt8, CaseIterable, Sendable {
  /// Signed 16-bit units; millivolts = (unit - baseline) / gain; -32768 is a missing sample.
  case int16 = 1
  /// IEEE 754 binary32 millivolts; NaN is a missing sample.
  case float32 = 2

  public var bytesPerSample: Int {
    switch self {
    case .int16: 2
    case .float32: 4
    }
  }

  /// The int16 unit that means "no sample".
  public static let missing = Int16.min
}

/// What a packet declares its samples to be.
public enum SampleMode: UInt8, CaseIterable, Sendable {
  /// From a patient.
  case real = 1
  /// From a simulator or a recording, to try the path out.
  case test = 2
  /// For show.
  case demo = 3

  public var name: String { String(describing: self) }
}
