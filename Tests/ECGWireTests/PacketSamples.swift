import ECGCore
import ECGWire

/// Packets that several tests start from.
enum PacketSamples {
  static let mlii = Lead("MLII")!
  static let v1 = Lead("V1")!

  static func encoder(
    _ format: SampleFormat, leads: [PacketLead]? = nil, millihertz: UInt32 = 360_000
  ) -> SamplePacketEncoder {
    let standard =
      switch format {
      case .int16:
        [PacketLead(mlii, gain: 200, baseline: 1024), PacketLead(v1, gain: 1000, baseline: -5)]
      case .float32: [PacketLead(mlii), PacketLead(v1)]
      }
    return SamplePacketEncoder(
      sampleRate: SampleRate(millihertz: millihertz), leads: leads ?? standard, format: format,
      mode: .test, session: 77)
  }

  static func millivolts(_ count: Int) -> [Float] {
    (0..<count).map { Float($0 % 37 - 18) * 0.125 }
  }

  /// A valid packet of two leads with `samples` samples each.
  static func packet(_ format: SampleFormat, samples: Int = 5) -> [UInt8] {
    var encoder = encoder(format)
    encoder.sequence = 9
    var bytes: [UInt8] = []
    encoder.encode(
      millivolts: millivolts(2 * samples).span, firstSample: SampleNumber(1000),
      deviceTimeNs: 1_700_000_000_000_000_000, into: &bytes)
    return bytes
  }
}

/// Decodes an array.
func decode(_ bytes: [UInt8]) throws(PacketError) -> SamplePacketHeader {
  try SamplePacketHeader.decode(bytes.span.bytes)
}

extension SamplePacketHeader {
  func millivolts(lead: Int, from bytes: [UInt8]) -> [Float] {
    var values = [Float](repeating: 0, count: samplesPerLead)
    var span = values.mutableSpan
    copyMillivolts(lead: lead, from: bytes.span.bytes, into: &span)
    return values
  }
}
