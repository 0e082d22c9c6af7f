import ECGAlarm
import ECGCore
import ECGModel
import ECGMonitor
import ECGPipeline
import ECGWire

/// Which alerts a ward's packets must bring, and which packet completes the evidence of each: the
/// daemon's own pipeline run over the same packets beforehand. Alerts follow from the samples
/// alone, so the daemon under load must bring exactly these.
struct DaemonOracle {
  struct Key: Hashable {
    var bed: Int
    var condition: ConditionName
    var phase: AlertPhase
    var sample: Int64
  }

  /// The turn whose packet completes an alert's evidence.
  private(set) var turns: [Key: Int] = [:]

  /// Runs the first `beds` of the gateways' beds, the only ones whose hearts do anything.
  init(
    _ gateways: inout DaemonGateways, beds: Int, turns count: Int, plan: ModelPlan,
    configuration: Configuration
  ) throws {
    for bed in 0..<beds {
      let shard = Shard(plan, AlarmSettings(configuration), maximumWindows: 1)
      try shard.admit(slot: bed, rate: gateways.signals.rate)
      var samples = [Float](repeating: 0, count: gateways.packetSamples)
      for turn in 0..<count {
        Self.take(
          gateways.packet(ofBed: bed, turn: turn), turn: turn, bed: bed, samples: &samples, shard)
      }
      shard.flush()
      shard.collect { draft in
        let transition = draft.transition
        turns[
          Key(
            bed: bed, condition: draft.condition, phase: transition.phase,
            sample: transition.detection.rawValue)] = Int(draft.receivedNs)
        return true
      }
    }
  }

  private static func take(
    _ bytes: [UInt8], turn: Int, bed: Int, samples: inout [Float], _ shard: Shard
  ) {
    guard let header = try? SamplePacketHeader.decode(unsafe bytes.span.bytes) else {
      preconditionFailure("the bench's own packets decode")
    }
    var span = samples.mutableSpan
    header.copyMillivolts(
      lead: 0, from: unsafe bytes.span.bytes, count: header.samplesPerLead, into: &span)
    shard.take(
      samples.span,
      at: PacketPlace(
        session: header.session, sequence: header.sequence, first: header.firstSample,
        count: header.samplesPerLead),
      deviceTimeNs: 0, slot: bed, receivedNs: UInt64(turn))
  }
}
