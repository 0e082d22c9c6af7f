/// The short, stable name under which a refused or dropped packet is counted.
///
/// `rawValue` indexes an array of `RejectReason.count` counters; `name` is what status shows and
/// never changes its meaning. Those of the last two lines are found by the receiver, not by the decoder.
public enum RejectReason: Int, CaseIterable, Sendable {
  case badTopic, truncated, oversize, badMagic, badVersion, badFlags, leadCount, sampleFormat
  case badMode, sampleRate, sampleCount, sampleNumber, deviceTime, headerLength, lengthMismatch
  case badLeadName, badGain, notFinite, amplitude
  case duplicate, late, streamLimit, overload
  case notAuthorised, gatewayRate, gatewayStreams

  public static let count = RejectReason.allCases.count

  public var name: String { String(describing: self) }
}
