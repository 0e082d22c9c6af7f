import ECGCore
import ECGPipeline
import ECGWire

/// One shard's end of the strips: encodes them into a bounded ring for the publisher's thread.
/// Where the ring is full a strip is offered again a moment later.
final class StripOutlet: StripSink, @unchecked Sendable {
  private let ring: ByteRing
  private let publisher: Doorbell
  private var record: [UInt8]

  static let ringBytes = 1 << 20

  init(_ ring: ByteRing, publisher: Doorbell, maximumValues: Int) {
    self.ring = ring
    self.publisher = publisher
    record = [UInt8](repeating: 0, count: AlertStrip.headerByteCount + 4 * maximumValues)
  }

  func take(_ strip: Strip, ecg: Span<Float>, reconstruction: Span<Float>) -> Bool {
    guard AlertStrip.headerByteCount + 4 * strip.count <= record.count else { return true }
    let header = AlertStrip.Header(
      isWhole: strip.isWhole, onsetIndex: strip.onsetIndex, firstSample: strip.first.rawValue,
      onsetSample: strip.onset.rawValue,
      streamMillihertz: UInt32(strip.streamRate.millihertz),
      valueMillihertz: UInt32(strip.valueRate.millihertz), onsetTimeNs: strip.onsetTimeNs ?? 0)
    let length = AlertStrip.encode(
      header, ecg.extracting(0..<strip.count), reconstruction.extracting(0..<strip.count),
      into: &record)
    let isPushed = ring.push(
      unsafe record.span.extracting(0..<length).bytes, tag: UInt32(strip.slot),
      word: strip.alarmNumber)
    if isPushed { publisher.ring() }
    return isPushed
  }
}
