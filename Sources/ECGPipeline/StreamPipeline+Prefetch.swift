import ECGAlarm
import ECGCore
import ECGModel

/// Hints at a stream's state before it is needed: Decisions/034. They change nothing but the time.
extension StreamPipeline {
  /// How much of an object every packet touches, from its beginning on.
  static let packetBytes = 512 + MemoryLayout<SignalPath>.stride
  /// How much of it, after that, every judged beat touches.
  static let beatBytes =
    MemoryLayout<PatientScorer>.stride + MemoryLayout<BeatJudge>.stride
    + MemoryLayout<FastRun>.stride + MemoryLayout<BeatMemory>.stride
    + MemoryLayout<AlarmSettings>.stride

  /// A packet of this stream comes next, as long as the last one.
  func prefetchPacket(_ place: ObjectPlace) {
    let count = min(lastPacketSamples, SignalPath.maximumBlock)
    let prospect = path.prospect(count)
    if prospect.isBeatDue { place.prefetch(after: Self.packetBytes, bytes: Self.beatBytes) }
    path.prefetch(count, prospect)
    if prospect.isBeatDue { scorer.patient?.prefetchBeat() }
  }

  /// The network is done with a beat of this stream.
  func prefetchConclusion() {
    scorer.patient?.prefetchScore()
    memory.prefetch()
    conditions.prefetch(StreamCondition.abnormalBeats.rawValue)
  }
}
