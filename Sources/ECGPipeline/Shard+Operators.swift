public import ECGAlarm
import ECGCore

/// A stream's alarms are paused until then, by the clock of its signals.
struct StreamPause: Sendable {
  var by: String?
  var until: SampleNumber
}

extension Shard {
  /// An operator knows of an alarm.
  ///
  /// - Returns: false where the alarm of that number is over.
  public func acknowledge(
    slot: Int, condition: ConditionName, alarmNumber: UInt64, by name: String?
  ) -> Bool {
    guard let stream = streams[slot], let condition = StreamCondition(condition) else {
      return false
    }
    settle(stream)
    let index = condition.rawValue
    guard stream.alarmNumbers[index] == alarmNumber, !stream.signals[index].isOff else {
      return false
    }
    stream.acknowledgers[index] = name
    tell(.acknowledge, condition, of: stream, at: stream.latestSample)
    return true
  }

  /// Pauses a stream's alarms for so long; takes the place of an earlier pause.
  ///
  /// - Returns: false where the stream is not watched.
  public func pause(slot: Int, seconds: Int, by name: String?) -> Bool {
    guard let stream = streams[slot] else { return false }
    precondition(seconds > 0)
    settle(stream)
    let now = stream.latestSample
    stream.pause = StreamPause(
      by: name,
      until: now + Int(stream.clockLead) + stream.rate.samples(seconds: Double(seconds)))
    let index = StreamCondition.alarmsPaused.rawValue
    tell(
      stream.signals[index].isOff ? .begin : .pause, .alarmsPaused, of: stream, at: now,
      onset: now)
    tellOthers(.pause, of: stream, at: now)
    return true
  }

  /// Ends a pause before its time.
  ///
  /// - Returns: false where the stream is not watched, or not paused.
  public func resume(slot: Int, by name: String? = nil) -> Bool {
    guard let stream = streams[slot], stream.pause != nil else { return false }
    settle(stream)
    stream.resumer = name
    defer { stream.resumer = nil }
    endPause(of: stream, at: stream.latestSample, because: .resumed)
    return true
  }

  /// Lets time pass for the signals of a stream, once a second of its samples.
  func tickSignals(of stream: StreamPipeline, at sample: SampleNumber) {
    let isOn = stream.pause != nil || !stream.signals.areAllAtRest
    stream.secondsTicked &+= 1
    // Windows that wait may begin an alarm: never so late that its time-outs would run late.
    guard isOn || stream.secondsTicked % Self.settleSeconds == 0 else { return }
    settle(stream)
    if let pause = stream.pause, sample + Int(stream.clockLead) >= pause.until {
      endPause(of: stream, at: sample, because: .cleared)
    }
    for i in 0..<stream.signals.count {
      tell(.tick, StreamCondition(rawValue: i)!, of: stream, at: sample)
    }
  }

  private static let settleSeconds: UInt64 = 30

  private func endPause(
    of stream: StreamPipeline, at now: SampleNumber, because cause: AlertCause
  ) {
    stream.pause = nil
    tell(.end, .alarmsPaused, of: stream, at: now, because: cause)
    tellOthers(.resume, of: stream, at: now)
  }

  private func tellOthers(
    _ input: AlarmSignal.Input, of stream: StreamPipeline, at now: SampleNumber
  ) {
    for i in 0..<stream.signals.count where i != StreamCondition.alarmsPaused.rawValue {
      tell(input, StreamCondition(rawValue: i)!, of: stream, at: now)
    }
  }

  /// Lets time pass for the signals of a stream that sends no samples: acknowledgements and pauses
  /// run out all the same.
  func tickSilence(of stream: StreamPipeline, silentNs: UInt64) {
    let elapsed = Int64(Double(silentNs) / 1e9 * stream.rate.hertz)
    let lead = stream.silenceStartLead + elapsed
    guard lead - stream.clockLead >= Int64(stream.rate.hertz) else { return }
    stream.clockLead = lead
    tickSignals(of: stream, at: stream.latestSample)
  }

  /// Samples come again: those that were lost count as time that has passed already.
  func endSilence(of stream: StreamPipeline, at first: SampleNumber) {
    guard stream.clockLead > stream.silenceStartLead else { return }
    let skipped = max(0, first - (stream.latestSample + 1))
    stream.clockLead = max(stream.silenceStartLead, stream.clockLead - skipped)
    stream.silenceStartLead = stream.clockLead
  }
}

extension StreamPipeline {
  /// The newest sample that came.
  var latestSample: SampleNumber { (continuity.expected ?? SampleNumber(1)) - 1 }

  func act(by name: String?, until: SampleNumber) -> OperatorAct {
    let sample = until - Int(clockLead)
    return OperatorAct(
      by: name, until: sample, untilTimeNs: clock.timeNs(of: sample, rate: rate))
  }
}
