public import ECGCore

/// The fixed header of a sample packet, checked, as plain values.
///
/// The lead table and the samples stay in the packet's bytes; the accessors in the other files of
/// this type read them there and take the same bytes that were decoded. Nothing here allocates.
/// The byte table is in Documentation/Protocol.md.
public struct SamplePacketHeader: Equatable, Sendable {
  /// Whether the gateway ends the stream with this packet.
  public var isLast: Bool
  public var format: SampleFormat
  public var mode: SampleMode
  /// Tells one patient of the stream from the next.
  public var patient: UInt8
  public var leadCount: Int
  public var samplesPerLead: Int
  /// Counts the packets of one stream and session.
  public var sequence: UInt64
  public var firstSample: SampleNumber
  /// Nanoseconds since the Unix epoch at the first sample; 0 where the gateway does not know.
  public var deviceTimeNs: Int64
  public var sampleRate: SampleRate
  /// Differs from one run of the gateway to the next.
  public var session: UInt32
  /// The offset of the first sample in bytes.
  public var headerLength: Int

  /// The number of the sample after the last one of this packet.
  public var endSample: SampleNumber { firstSample + samplesPerLead }
  /// The length of the whole packet in bytes.
  public var byteCount: Int {
    headerLength + leadCount * samplesPerLead * format.bytesPerSample
  }

  public static let magic: UInt32 = 0x4447_4345  // "ECGD"
  public static let version: UInt8 = 1
  public static let fixedLength = 48
  public static let leadEntryLength = 24
  public static let maximumLeads = 16
  public static let maximumHeaderLength = 1024
  public static let maximumByteCount = 65536
  public static let maximumMillivolts: Float = 1000
  public static let gainRange: ClosedRange<Float> = 0.001...1_000_000
  public static let baselineRange: ClosedRange<Int32> = -8_388_608...8_388_607
  /// Every sample number is below this, so that any JSON reader holds it exactly.
  public static let sampleNumberLimit: Int64 = 1 << 53

  static let lastPacketFlag: UInt8 = 1

  enum Offset {
    static let magic = 0
    static let version = 4
    static let flags = 5
    static let headerLength = 6
    static let leadCount = 8
    static let format = 9
    static let mode = 10
    static let patient = 11
    static let samplesPerLead = 12
    static let sequence = 16
    static let firstSample = 24
    static let deviceTime = 32
    static let sampleRate = 40
    static let session = 44
    static let gainInEntry = 16
    static let baselineInEntry = 20
  }

  /// The offset of a lead's entry in the lead table.
  static func entryOffset(_ lead: Int) -> Int { fixedLength + lead * leadEntryLength }
}
