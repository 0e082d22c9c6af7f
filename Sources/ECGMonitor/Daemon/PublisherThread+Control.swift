import ECGCore
import ECGWire
import Logging
import ZeroMQ

/// Where a reply goes: the frames before the request's own, and what was asked.
struct ControlAsker: Sendable {
  let route: [[UInt8]]
  /// With `by` the authenticated name, where the sender has one.
  let request: ControlRequest
  let rights: OperatorRights

  /// The stream whose picture is asked for.
  var explainedStream: String? {
    request.request == ControlRequest.Name.explain.rawValue ? request.stream : nil
  }
}

extension PublisherThread {
  /// Takes the requests that wait; those about the streams are answered when every thread has.
  mutating func takeRequests() {
    while true {
      let message: SignedFrames?
      do {
        message = try sockets.control.receiveSigned(wait: false)
      } catch {
        log.log(.error, kind: "control", "\(error)")
        return
      }
      guard let message, let body = message.frames.last else { return }
      guard let rights = sockets.askers.of(sender: message.sender) else {
        log.log(
          .warning, kind: "revokedKey", "control: a request of a key that was revoked is refused")
        message.connection?.cut()
        continue
      }
      take(body, route: Array(message.frames.dropLast()), rights)
    }
  }

  private mutating func take(_ body: [UInt8], route: [[UInt8]], _ rights: OperatorRights) {
    var asked: ControlRequest?
    do throws(ControlError) {
      var (name, request) = try ControlRequest.decode(body)
      asked = request
      try rights.check(name, request)
      if let authenticated = rights.name { request.by = authenticated }
      let asker = ControlAsker(route: route, request: request, rights: rights)
      switch name {
      case .status, .explain: ask(asker)
      case .snapshot: answer(asker, snapshot(asker))
      case .replay: answer(asker, replay(asker))
      case .history: answer(asker, try history(asker))
      case .strip: answer(asker, try strip(asker))
      case .acknowledge, .pause, .resume: try act(name, asker)
      }
    } catch {
      reply(ControlReply(error, to: asked), route: route)
    }
  }

  private func snapshot(_ asker: ControlAsker) -> ControlReply {
    var reply = ControlReply(to: asker.request)
    reply.alerts = active.events(of: asker.request.stream)
      .filter { asker.rights.maySee($0.stream) }
    reply.sequence = Int64(writer.sequence)
    return reply
  }

  private func replay(_ asker: ControlAsker) -> ControlReply {
    let request = asker.request
    let limit = request.limit ?? ControlRequest.replayLimit.upperBound
    guard let events = writer.events(since: UInt64(request.since ?? 0), limit: limit) else {
      return ControlReply(
        ControlError(.unavailable, "the journal cannot be read now"), to: request)
    }
    var reply = ControlReply(to: request)
    let decoded = events.compactMap { try? AlertEvent.decode($0) }
    let shown = decoded.filter { asker.rights.maySee($0.stream) }
    if shown.count < decoded.count { reply.withheld = Int64(decoded.count - shown.count) }
    reply.alerts = shown.filter { request.stream == nil || $0.stream == request.stream }
    reply.sequence = Int64(writer.sequence)
    return reply
  }

  /// What became of one stream's alarms, without what merely repeats it.
  private func history(_ asker: ControlAsker) throws(ControlError) -> ControlReply {
    let request = asker.request
    let limit = request.limit ?? ControlRequest.replayLimit.upperBound
    guard let stream = StreamID(request.stream!) else {
      throw ControlError(.unknownStream, "\"\(request.stream!)\" is no stream's name")
    }
    guard let events = writer.history(of: stream, limit: limit) else {
      throw ControlError(.unavailable, "the journal cannot be read now")
    }
    var reply = ControlReply(to: request)
    reply.alerts = events.compactMap { try? AlertEvent.decode($0) }
    reply.sequence = Int64(writer.sequence)
    return reply
  }

  /// The ECG around one alarm's onset, from the journal.
  private func strip(_ asker: ControlAsker) throws(ControlError) -> ControlReply {
    let alarm = asker.request.alarm!
    guard let kept = writer.strip(alarm: alarm) else {
      throw ControlError(.unavailable, "the journal cannot be read now")
    }
    guard let event = kept.event, asker.rights.maySee(event.stream) else {
      throw ControlError(.unknownAlarm, "the journal has no alarm \"\(alarm)\"")
    }
    guard let strip = kept.strip else {
      throw ControlError(
        .noStrip, "no ECG is kept with the alarm; it comes ten seconds after the onset")
    }
    var reply = ControlReply(to: asker.request)
    reply.strip = StripReport(strip, of: event)
    return reply
  }

  /// Joins the round of questions that is under way, or begins one.
  private mutating func ask(_ asker: ControlAsker) {
    if let round = question {
      if round.covers(asker) { question!.askers.append(asker) } else { later.append(asker) }
      return
    }
    begin([asker])
  }

  private mutating func begin(_ askers: [ControlAsker]) {
    lastToken += 1
    let round = StatusQuestion(
      token: lastToken, shards: shards.count, askers: askers, nowNs: MonotonicClock.nanoseconds())
    question = round
    _ = ingest.commands.push(.status(token: lastToken))
    ingest.doorbell.ring()
    for shard in shards {
      _ = shard.commands.push(.status(token: lastToken, explaining: round.explained))
      shard.doorbell.ring()
    }
  }

  /// Answers everybody who asked once every thread has answered, or has had time enough.
  mutating func answerIfComplete() {
    let now = MonotonicClock.nanoseconds()
    guard let done = question, done.isComplete(nowNs: now) else { return }
    question = nil
    var report = StatusReport(
      done, facts, published: writer.publishedCount, active: active.count, nowNs: now)
    active.fill(&report)
    report.heartbeat = signOfLife.latest
    report.operators = StatusReport.Operators(
      listening: sockets.alerts.roster.count, dropped: Int64(sockets.alerts.roster.droppedCount))
    for asker in done.askers {
      var reply = ControlReply(to: asker.request)
      reply.status = report
      reply.status?.streams.removeAll { !asker.rights.maySee($0.id) }
      if let stream = asker.request.stream {
        reply.status?.streams.removeAll { $0.id != stream }
        if reply.status?.streams.isEmpty ?? true {
          reply = ControlReply(
            ControlError(.unknownStream, "no stream \"\(stream)\" is watched"), to: asker.request)
        }
      }
      if let name = asker.explainedStream, reply.ok {
        let standing = reply.status?.streams.first
        reply.status = nil
        reply.explanation = StreamExplanation(done, of: name, standing)
        if reply.explanation == nil {
          reply = ControlReply(
            ControlError(.unavailable, "the model of \"\(name)\" learns no beats"),
            to: asker.request)
        }
      }
      answer(asker, reply)
    }
    guard !later.isEmpty else { return }
    let askers = later
    later = []
    begin(askers)
  }

  mutating func answer(_ asker: ControlAsker, _ reply: ControlReply) {
    self.reply(reply, route: asker.route)
  }

  private mutating func reply(_ reply: ControlReply, route: [[UInt8]]) {
    do {
      for frame in route {
        guard try sockets.control.send(frame, more: true, wait: false) else { return }
      }
      _ = try sockets.control.send(reply.encoded(), wait: false)
    } catch {
      log.log(.warning, kind: "control", "a reply could not be sent: \(error)")
    }
  }
}
