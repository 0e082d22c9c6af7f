/// The header of a WFDB record (header(5) of the WFDB Applications Guide), as written.
public struct WFDBHeader: Sendable, Equatable {
  /// The rate where the record line names none.
  public static let defaultSampleRateHz = 250.0

  public var recordName: String
  /// Frames a second.
  public var sampleRateHz: Double
  /// Ticks a second of the counter that the recorder showed; the sample rate unless written.
  public var counterFrequencyHz: Double
  /// The counter's value at sample 0.
  public var baseCounter: Double
  /// Frames in the record; nil where the header leaves it to the signal files' length.
  public var frameCount: Int?
  /// Seconds since midnight at sample 0.
  public var baseTimeSeconds: Double?
  /// "DD/MM/YYYY".
  public var baseDate: String?
  public var signalCount: Int
  /// The signals of a single-segment record, in the order of their samples in a frame.
  public var signals: [WFDBSignal]
  /// The segments of a multi-segment record; empty otherwise.
  public var segments: [WFDBSegment]
  /// The comment lines, without their '#' and the blanks after it.
  public var comments: [String]
}

/// One signal line of a header.
public struct WFDBSignal: Sendable, Equatable {
  /// The gain that stands for a gain of 0 or none ("uncalibrated").
  public static let defaultGain = 200.0

  public var fileName: String
  public var format: WFDBFormat
  public var samplesPerFrame: Int
  /// How many frames of this signal precede sample 0.
  public var skew: Int
  /// Where the samples begin in the file.
  public var byteOffset: Int
  /// Converter units per physical unit; never 0 (see `defaultGain`).
  public var gain: Double
  /// The converter's value at 0 physical units; the ADC zero unless written.
  public var baseline: Int32
  public var unit: PhysicalUnit
  public var adcResolutionBits: Int
  public var adcZero: Int32
  /// The value before the first difference of format 8.
  public var initialValue: Int32
  public var checksum: Int16?
  public var blockSize: Int
  /// The lead's name.
  public var description: String

  public init(
    fileName: String, format: WFDBFormat, samplesPerFrame: Int = 1, skew: Int = 0,
    byteOffset: Int = 0, gain: Double = defaultGain, baseline: Int32 = 0,
    unit: PhysicalUnit = .millivolts, adcResolutionBits: Int = 0, adcZero: Int32 = 0,
    initialValue: Int32 = 0, checksum: Int16? = nil, blockSize: Int = 0, description: String
  ) {
    self.fileName = fileName
    self.format = format
    self.samplesPerFrame = samplesPerFrame
    self.skew = skew
    self.byteOffset = byteOffset
    self.gain = gain
    self.baseline = baseline
    self.unit = unit
    self.adcResolutionBits = adcResolutionBits
    self.adcZero = adcZero
    self.initialValue = initialValue
    self.checksum = checksum
    self.blockSize = blockSize
    self.description = description
  }
}

/// One segment line of a multi-segment record's header.
public struct WFDBSegment: Sendable, Equatable {
  /// The segment's record name; "~" for a gap.
  public var recordName: String
  public var frameCount: Int

  public var isGap: Bool { recordName == "~" }
}
