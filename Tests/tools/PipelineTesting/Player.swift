public import ECGCore
public import ECGPipeline
import ECGRecords

/// Plays samples into a shard, cut into packets, as the daemon's thread would.
public struct Player: Sendable {
  public let samples: [Float]
  public var rate = SampleRate(millihertz: 360_000)
  public var first: Int64 = 0
  public var session: UInt32 = 1

  public init(
    samples: [Float], rate: SampleRate = SampleRate(millihertz: 360_000)
  ) {
    self.samples = samples
    self.rate = rate
  }

  /// Two minutes of synthetic ECG with ectopic beats.
  public static func synthetic(seconds: Double = 120, seed: UInt64 = 7) -> Player {
    let ecg = SyntheticECG(SyntheticParameters(seconds: seconds, seed: seed))
    return Player(samples: ecg.recording.leads[0].samples, rate: ecg.recording.sampleRate)
  }

  /// Sends `range` in packets of `size`, numbered on from `sequence`.
  public func send(
    _ range: Range<Int>? = nil, packets size: Int, to shard: Shard, slot: Int = 0,
    sequence: UInt64 = 0
  ) {
    let range = range ?? 0..<samples.count
    var at = range.lowerBound
    var sequence = sequence
    while at < range.upperBound {
      let count = min(size, range.upperBound - at)
      shard.take(
        samples.span.extracting(at..<(at + count)),
        at: PacketPlace(
          session: session, sequence: sequence, first: SampleNumber(first + Int64(at)),
          count: count),
        deviceTimeNs: 1_700_000_000_000_000_000
          + Int64((Double(at) / rate.hertz * 1e6).rounded()) * 1000,
        slot: slot, receivedNs: 1)
      sequence += 1
      at += count
    }
  }
}
