import ECGAlarm
import ECGCore
import ECGWire

/// What an operator asked to be done, until the stream's shard has done it.
struct PendingAct {
  var asker: ControlAsker
  var stream: StreamID
  /// The alarm that was acknowledged; nil for a pause.
  var alarm: String?
  var askedNs: UInt64
  /// The events that told of it.
  var events: [AlertEvent] = []
  /// Nil until the shard has answered.
  var isDone: Bool?

  mutating func take(_ event: AlertEvent) {
    guard event.stream == stream.name else { return }
    let isPause = event.condition == .alarmsPaused
    let isTold =
      if let alarm {
        event.alarm == alarm && event.cause == .acknowledged
      } else {
        isPause || event.cause == .paused || event.cause == .resumed
      }
    if isTold { events.append(event) }
  }
}

extension PublisherThread {
  /// Hands what an operator does to the shard that watches the stream.
  mutating func act(_ name: ControlRequest.Name, _ asker: ControlAsker) throws(ControlError) {
    let request = asker.request
    let command: OperatorCommand
    switch name {
    case .acknowledge:
      guard let alarm = active[request.alarm!], asker.rights.maySee(alarm.event.stream) else {
        throw ControlError(.unknownAlarm, "no alarm \"\(request.alarm!)\" is on")
      }
      guard alarm.stream != AlertWriter.daemonStream else {
        acknowledgeOwn(alarm, asker)
        return
      }
      guard let number = alarm.number else {
        throw ControlError(.unavailable, "the alarm is ending")
      }
      command = OperatorCommand(
        stream: alarm.stream,
        action: .acknowledge(alarm.event.condition, alarmNumber: number), by: request.by)
    case .pause:
      command = OperatorCommand(
        stream: try stream(request), action: .pause(seconds: request.seconds!), by: request.by)
    case .resume:
      command = OperatorCommand(stream: try stream(request), action: .resume, by: request.by)
    case .status, .explain, .snapshot, .replay, .history, .strip:
      preconditionFailure("not an operator's act")
    }
    lastToken += 1
    let shard = shards[Int(StreamKey(command.stream).stableHash % UInt64(shards.count))]
    guard shard.commands.push(.act(token: lastToken, command)) else {
      throw ControlError(.unavailable, "too many requests wait")
    }
    acts[lastToken] = PendingAct(
      asker: asker, stream: command.stream, alarm: request.alarm,
      askedNs: MonotonicClock.nanoseconds())
    shard.doorbell.ring()
  }

  /// An alarm about the daemon itself is nobody else's to know.
  private mutating func acknowledgeOwn(_ alarm: ActiveAlarms.Alarm, _ asker: ControlAsker) {
    var reply = ControlReply(to: asker.request)
    reply.alerts = publish(alarms.acknowledge(alarm.event.condition, by: asker.request.by))
    reply.sequence = Int64(writer.sequence)
    answer(asker, reply)
  }

  private func stream(_ request: ControlRequest) throws(ControlError) -> StreamID {
    guard let stream = StreamID(request.stream!) else {
      throw ControlError(.unknownStream, "no stream \"\(request.stream!)\" is watched")
    }
    return stream
  }

  /// Answers what is done, and what takes too long.
  mutating func answerActs() {
    guard !acts.isEmpty else { return }
    let now = MonotonicClock.nanoseconds()
    for (token, act) in acts {
      let reply: ControlReply
      switch act.isDone {
      case true:
        var done = ControlReply(to: act.asker.request)
        done.alerts = act.events
        done.sequence = Int64(writer.sequence)
        reply = done
      case false: reply = ControlReply(refusal(act), to: act.asker.request)
      case nil:
        guard now - act.askedNs > StatusQuestion.patienceNs else { continue }
        reply = ControlReply(
          ControlError(.unavailable, "the stream's thread does not answer"),
          to: act.asker.request)
      }
      acts[token] = nil
      answer(act.asker, reply)
    }
  }

  private func refusal(_ act: PendingAct) -> ControlError {
    if let alarm = act.alarm, act.asker.request.request == ControlRequest.Name.acknowledge.rawValue
    {
      return ControlError(.unknownAlarm, "the alarm \"\(alarm)\" is over")
    }
    return ControlError(
      .unknownStream, "no stream \"\(act.stream)\" is watched, or it is not paused")
  }
}
