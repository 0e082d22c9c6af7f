/// Why a sample packet was refused: what was found, and what was expected.
///
/// Every case has one `reason`, a short stable name that counters and `ecgctl status` use.
public enum PacketError: Error, Equatable, Sendable {
  case badTopic
  case truncated(expected: Int, actual: Int)
  case oversize(limit: Int, actual: Int)
  case badMagic(UInt32)
  case badVersion(UInt8)
  case badFlags(UInt8)
  case leadCount(UInt8)
  case sampleFormat(UInt8)
  case badMode(UInt8)
  case sampleRate(millihertz: UInt32)
  case sampleCount
  case sampleNumber(Int64)
  case deviceTime(Int64)
  case headerLength(minimum: Int, actual: Int)
  case lengthMismatch(expected: Int, actual: Int)
  case badLeadName(lead: Int)
  case badGain(lead: Int, gain: Float, baseline: Int32)
  case notFinite(lead: Int, sample: Int)
  case amplitude(lead: Int, sample: Int, millivolts: Float)

  public var reason: RejectReason {
    switch self {
    case .badTopic: .badTopic
    case .truncated: .truncated
    case .oversize: .oversize
    case .badMagic: .badMagic
    case .badVersion: .badVersion
    case .badFlags: .badFlags
    case .leadCount: .leadCount
    case .sampleFormat: .sampleFormat
    case .badMode: .badMode
    case .sampleRate: .sampleRate
    case .sampleCount: .sampleCount
    case .sampleNumber: .sampleNumber
    case .deviceTime: .deviceTime
    case .headerLength: .headerLength
    case .lengthMismatch: .lengthMismatch
    case .badLeadName: .badLeadName
    case .badGain: .badGain
    case .notFinite: .notFinite
    case .amplitude: .amplitude
    }
  }
}

extension PacketError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badTopic:
      "topic is not \"ecg/\" and a stream name of 1 to 64 letters, digits, '.', '_' or '-'"
    case .truncated(let expected, let actual):
      "truncated: \(actual) bytes where \(expected) were expected"
    case .oversize(let limit, let actual):
      "oversize: \(actual) bytes, at most \(limit) are accepted"
    case .badMagic(let found):
      "magic is \(String(found.byteSwapped, radix: 16)) (hex), expected 45434744 (\"ECGD\")"
    case .badVersion(let found): "version is \(found), expected 1"
    case .badFlags(let found): "unknown flags: \(String(found, radix: 16)) (hex)"
    case .leadCount(let found): "lead count is \(found), expected 1 to 16"
    case .sampleFormat(let found):
      "sample format is \(found), expected 1 (int16) or 2 (float32)"
    case .badMode(let found): "mode is \(found), expected 1 (real), 2 (test) or 3 (demo)"
    case .sampleRate(let found): "sample rate is \(found) mHz, expected 50000 to 2000000"
    case .sampleCount: "no samples"
    case .sampleNumber(let found): "first sample number is \(found), expected 0 to 2^53 - samples"
    case .deviceTime(let found): "device time is \(found), expected 0 or more"
    case .headerLength(let minimum, let actual):
      "header length is \(actual), expected a multiple of 8 from \(minimum) to 1024"
    case .lengthMismatch(let expected, let actual):
      "length is \(actual) bytes, the header states \(expected)"
    case .badLeadName(let lead):
      "name of lead \(lead) is empty, repeated or not NUL-padded printable ASCII"
    case .badGain(let lead, let gain, let baseline):
      "gain \(gain) or baseline \(baseline) of lead \(lead) is out of range"
    case .notFinite(let lead, let sample): "sample \(sample) of lead \(lead) is infinite"
    case .amplitude(let lead, let sample, let millivolts):
      "sample \(sample) of lead \(lead) is \(millivolts) mV, at most 1000 either way"
    }
  }
}
