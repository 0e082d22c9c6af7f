import ECGCore
import ECGWire

/// What a shard leaves undone when it cannot keep up, in this order (Documentation/Architecture.md,
/// "Past its capacity"). Nothing is shed for a recording that is played faster than real time: it
/// waits, and so does whoever plays it.
enum Shedding: Int {
  case nothing
  /// Beats are still found, and lead off, gaps and silence alarmed; no window is scored.
  case windows
  /// The packet is dropped unread: counted as `overload`, and its samples show as a gap.
  case packets

  /// How long the shard must have been under pressure, and the stream how far behind.
  private static let windowsNs: (pressure: UInt64, lag: Int64) = (1_000_000_000, 1_000_000_000)
  private static let packetsNs: (pressure: UInt64, lag: Int64) = (2_000_000_000, 3_000_000_000)

  init(pressedNs: UInt64, lagNs: Int64) {
    if pressedNs >= Self.packetsNs.pressure, lagNs >= Self.packetsNs.lag {
      self = .packets
    } else if pressedNs >= Self.windowsNs.pressure, lagNs >= Self.windowsNs.lag {
      self = .windows
    } else {
      self = .nothing
    }
  }
}

/// Since when a shard has had more to do than it gets done.
struct LoadPressure {
  private var sinceNs: UInt64?
  private static let highAgeNs: UInt64 = 500_000_000
  private static let lowAgeNs: UInt64 = 100_000_000

  /// Nanoseconds under pressure.
  ///
  /// - Parameters:
  ///   - ageNs: how long the packet at hand has waited in the ring.
  ///   - fill: the part of the ring that is in use, 0...1.
  ///   - isFlooded: the ingest thread itself cannot keep up with its sockets.
  mutating func process(ageNs: UInt64, fill: Double, isFlooded: Bool, nowNs: UInt64) -> UInt64 {
    if ageNs > Self.highAgeNs || fill > 0.5 || isFlooded {
      sinceNs = sinceNs ?? nowNs
    } else if ageNs < Self.lowAgeNs, fill < 0.25 {
      sinceNs = nil
    }
    guard let sinceNs, nowNs > sinceNs else { return 0 }
    return nowNs - sinceNs
  }
}

/// How far a stream's samples lie behind real time, by its own sample numbers and our clock: 0 for
/// a stream that comes as it is measured, negative for a recording that is played faster.
///
/// It counts from the session's first packet. Where a gateway's clock is a little fast or slow the
/// reference follows it, by at most a thousandth of the time that passes.
struct StreamLag {
  private var session: UInt32?
  private var anchorNs: Int64 = 0
  private var lastNs: Int64 = 0
  private static let drift: Int64 = 1000

  /// Nanoseconds that the packet's last sample is behind, now.
  mutating func process(_ header: SamplePacketHeader, nowNs: UInt64) -> Int64 {
    let end = Double(header.firstSample.rawValue) + Double(header.samplesPerLead)
    let sampleNs = Int64(end / header.sampleRate.hertz * 1e9)
    let now = Int64(nowNs)
    if session != header.session {
      session = header.session
      anchorNs = now - sampleNs
      lastNs = now
    }
    let lag = now - sampleNs - anchorNs
    let most = max(0, now - lastNs) / Self.drift
    anchorNs += min(max(lag, -most), most)
    lastNs = now
    return lag
  }
}
