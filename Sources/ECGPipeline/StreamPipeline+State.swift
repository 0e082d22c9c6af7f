import ECGAlarm
import ECGCore
import ECGModel

/// What of a stream outlives the process.
///
/// The patient's part is all that was learnt, and the alarms; it is good as long as the model, the
/// lead and the layout are the same. The signal path's part is the filters, the last signal and the
/// beats in the making; it makes a restart without lost samples one that leaves no trace, and is
/// good for the same filters only: without it, the path begins anew at the next packet.
extension StreamPipeline: Checkpointed {
  func code(_ state: inout StateCoder) {
    state.group(1, &continuity)
    state.group(2, &clock)
    state.group(3, &scorer)
    state.group(4, &judge)
    state.group(5, &irregularity)
    state.group(6, &memory)
    state.group(7, &heart)
    var alarms = Alarms(stream: self)
    state.group(8, &alarms)
    state.group(9, &counters)
    state.field(10, &patientOffset)
    state.field(11, &origin)
    state.field(12, &bridgedUntil)
    state.field(13, &lastScore)
    state.field(14, &pathNumber)
    var pathEnd = path.signal.endIndex
    state.field(15, &pathEnd)
    var print = pathPrint
    state.field(16, &print)
    if print == pathPrint {
      state.group(17, &path)
      state.group(18, &net)
      state.group(19, &fastRun)
    } else {
      patientOffset += pathEnd
      continuity.reset()
    }
    state.field(20, &clockLead)
    state.field(21, &silenceStartLead)
    state.field(22, &secondsTicked)
    var pauseUntil = pause?.until
    state.field(23, &pauseUntil)
    var pauser = pause?.by ?? ""
    state.field(24, &pauser)
    state.group(25, &leads)
    if state.isReading {
      pause = pauseUntil.map { StreamPause(by: pauser.isEmpty ? nil : pauser, until: $0) }
    }
  }

  /// What the signal path's state depends on, beside the code. The number rises where the code
  /// changes what a field of it means.
  static func pathPrint(_ plan: ModelPlan, _ rate: SampleRate) -> String {
    "1 \(rate.millihertz) \(plan.rate.millihertz) \(plan.schedule) \(plan.mainsHz ?? 0) "
      + "\(plan.highPass.map { "\($0)" } ?? "-") \(plan.lowPass.map { "\($0)" } ?? "-")"
  }

  /// The alarms by their names, so that another order or number of them does no harm.
  private struct Alarms: Checkpointed {
    let stream: StreamPipeline

    mutating func code(_ state: inout StateCoder) {
      for i in 0..<stream.conditions.count {
        var alarm = Alarm(stream: stream, index: i)
        state.group(UInt8(i), &alarm)
      }
    }
  }

  private struct Alarm: Checkpointed {
    let stream: StreamPipeline
    let index: Int
    static let names = StreamCondition.allCases.map(\.name.rawValue)

    mutating func code(_ state: inout StateCoder) {
      var name = Self.names[index]
      state.field(1, &name)
      guard name == Self.names[index] else { return }
      state.field(2, &stream.alarmNumbers[index])
      state.group(3, &stream.conditions[index])
      state.group(4, &stream.signals[index])
      var acknowledger = stream.acknowledgers[index] ?? ""
      state.field(5, &acknowledger)
      // Which stretch of the beat spoke loudest is told again by the next finding.
      var (score, limit) = (stream.findings[index]?.score, stream.findings[index]?.limit)
      state.field(6, &score)
      state.field(7, &limit)
      if state.isReading {
        stream.acknowledgers[index] = acknowledger.isEmpty ? nil : acknowledger
        stream.findings[index] = limit.map { Finding(score: score, limit: $0) }
      }
    }
  }
}
