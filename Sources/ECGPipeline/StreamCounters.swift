public import ECGCore

/// What has happened to the samples of one stream since it was admitted.
public struct StreamCounters: Equatable, Sendable {
  public var packets: UInt64 = 0
  public var samples: UInt64 = 0
  /// Samples of the watched lead that the gateway marked as missing.
  public var missing: UInt64 = 0
  public var gaps: UInt64 = 0
  /// Samples that never came.
  public var lost: UInt64 = 0
  public var duplicates: UInt64 = 0
  public var late: UInt64 = 0
  public var overlaps: UInt64 = 0
  /// Samples trimmed because they had been taken already.
  public var trimmed: UInt64 = 0
  public var restarts: UInt64 = 0
  public var layoutChanges: UInt64 = 0
  public var beats: UInt64 = 0
  public var windows: UInt64 = 0
  /// Windows that were not judged because of the signal's quality.
  public var unusable: UInt64 = 0
  /// Windows over the limit.
  public var exceeding: UInt64 = 0
  public var alarms: UInt64 = 0
  /// Windows and packets that were not looked at because the daemon could not keep up.
  public var shedWindows: UInt64 = 0
  public var shedPackets: UInt64 = 0
  /// Patients that followed another in the same stream.
  public var patientChanges: UInt64 = 0
  /// How often another lead was judged from then on.
  public var leadChanges: UInt64 = 0

  public init() {}

  /// Adds up two streams, or a stream's lives.
  public static func + (a: StreamCounters, b: StreamCounters) -> StreamCounters {
    var sum = a
    sum.packets += b.packets
    sum.samples += b.samples
    sum.missing += b.missing
    sum.gaps += b.gaps
    sum.lost += b.lost
    sum.duplicates += b.duplicates
    sum.late += b.late
    sum.overlaps += b.overlaps
    sum.trimmed += b.trimmed
    sum.restarts += b.restarts
    sum.layoutChanges += b.layoutChanges
    sum.beats += b.beats
    sum.windows += b.windows
    sum.unusable += b.unusable
    sum.exceeding += b.exceeding
    sum.alarms += b.alarms
    sum.shedWindows += b.shedWindows
    sum.shedPackets += b.shedPackets
    sum.patientChanges += b.patientChanges
    sum.leadChanges += b.leadChanges
    return sum
  }
}

extension StreamCounters: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &packets)
    state.field(2, &samples)
    state.field(3, &missing)
    state.field(4, &gaps)
    state.field(5, &lost)
    state.field(6, &duplicates)
    state.field(7, &late)
    state.field(8, &overlaps)
    state.field(9, &trimmed)
    state.field(10, &restarts)
    state.field(11, &layoutChanges)
    state.field(12, &beats)
    state.field(13, &windows)
    state.field(14, &unusable)
    state.field(15, &exceeding)
    state.field(16, &alarms)
    state.field(17, &shedWindows)
    state.field(18, &shedPackets)
    state.field(19, &patientChanges)
    state.field(20, &leadChanges)
  }
}
