import ECGCore
import ECGPipeline
import ECGWire
import Synchronization

/// One shard's end of the waveforms: turns them into frames and puts them into a bounded ring for
/// the waveforms thread. Where the ring is full the frame is dropped and counted: the sample path
/// waits for nobody.
final class WaveformOutlet: WaveSink, @unchecked Sendable {
  let ring: ByteRing
  let counters: WaveformCounters
  private let doorbell: Doorbell
  /// By slot; written and read by the shard's thread alone.
  private var streams: [Int: Listened] = [:]
  private var record: [UInt8]

  /// What of a stream stands in its frames.
  private struct Listened {
    var leads: [LeadName]
    var wave: [UInt8]
    var latent: [UInt8]
    var hasNetwork: Bool
  }

  static let ringBytes = 1 << 20
  private static let maximumValues = 65_536 / 4

  init(counters: WaveformCounters, doorbell: Doorbell) {
    ring = ByteRing(minimumCapacity: Self.ringBytes)
    self.counters = counters
    self.doorbell = doorbell
    let topic = WaveformTopic.latent.rawValue.utf8.count + StreamID.maximumLength
    record = [UInt8](
      repeating: 0, count: topic + WaveformHeader.byteCount + 4 * Self.maximumValues)
  }

  /// A stream's waveforms will come. Allocates.
  func prepare(slot: Int, stream: StreamID, leads: [Lead], hasNetwork: Bool) {
    streams[slot] = Listened(
      leads: leads.map { LeadName($0) }, wave: WaveformTopic.wave.bytes(stream),
      latent: WaveformTopic.latent.bytes(stream), hasNetwork: hasNetwork)
  }

  /// No more of its waveforms will come.
  func forget(slot: Int) { streams[slot] = nil }

  var hasStreams: Bool { !streams.isEmpty }
  func knows(slot: Int) -> Bool { streams[slot] != nil }

  func take(_ wave: Wave, _ values: Span<Float>) {
    guard let stream = streams[wave.slot], values.count <= Self.maximumValues else { return }
    let topic = wave.kind == .latent ? stream.latent : stream.wave
    for i in 0..<topic.count { record[i] = topic[i] }
    let header = Self.header(wave, count: values.count, stream)
    header.encode(values, into: &record, at: topic.count)
    let length = topic.count + header.frameByteCount
    // The tag says where the topic ends.
    let pushed = ring.push(
      unsafe record.span.extracting(0..<length).bytes, tag: UInt32(topic.count), word: 0)
    if pushed {
      doorbell.ring()
    } else {
      counters.dropped.wrappingAdd(1, ordering: .relaxed)
    }
  }

  private static func header(_ wave: Wave, count: Int, _ stream: Listened) -> WaveformHeader {
    let kind: WaveformHeader.Kind =
      switch wave.kind {
      case .cleaned: .cleaned
      case .reconstruction: .reconstruction
      case .latent: .latent
      }
    var header = WaveformHeader(
      kind: kind, count: count, valueRate: wave.valueRate, streamRate: wave.streamRate,
      sequence: wave.sequence, first: wave.first, index: wave.index, path: wave.path,
      limit: wave.limit, quality: wave.quality, lead: stream.leads[wave.lead])
    header.isLearning = wave.isLearning
    header.hasNetwork = stream.hasNetwork
    header.deviceTimeNs = wave.deviceTimeNs ?? 0
    header.score = wave.score ?? .nan
    header.heartRate = wave.heartRate.map { Float($0) } ?? .nan
    header.signalToNoiseDecibels = wave.signalToNoiseDecibels ?? .nan
    header.networkShare = wave.networkShare ?? 0
    return header
  }
}

/// What became of the waveforms, for status.
final class WaveformCounters: Sendable {
  /// Frames handed to the socket.
  let published = Atomic<UInt64>(0)
  /// Frames that found a full ring, or a socket that took none.
  let dropped = Atomic<UInt64>(0)
}
