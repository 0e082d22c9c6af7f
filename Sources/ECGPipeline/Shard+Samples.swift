import ECGAlarm
public import ECGCore
import ECGModel
public import ECGSignal

extension Shard {
  /// Takes one packet's samples, in millivolts, NaN where missing.
  ///
  /// - Parameters:
  ///   - samples: of each lead that the stream was admitted with, one lead after the other.
  ///   - deviceTimeNs: device time of the first sample, ns since the Unix epoch; 0 is unknown.
  ///   - receivedNs: monotonic time at which the packet came in; only measures latency and
  ///     silence.
  ///   - scoring: false sheds the windows that these samples complete, because there is no time.
  public func take(
    _ samples: Span<Float>, at place: PacketPlace, deviceTimeNs: Int64, slot: Int,
    receivedNs: UInt64, scoring: Bool = true
  ) {
    guard let stream = streams[slot] else { return }
    precondition(samples.count == place.count * stream.leads.count)
    stream.counters.packets += 1
    stream.lastReceivedNs = receivedNs
    stream.lastPacketSamples = samples.count
    stream.isScoring = scoring
    endSilence(of: stream, at: place.first)
    judge(.streamSilent, of: stream, .clear, at: place.first)
    let skip: Int
    switch stream.continuity.take(place) {
    case .next: skip = 0
    case .first:
      skip = 0
      restartPath(of: stream, at: place.first)
    case .overlap(let known):
      skip = known
      stream.counters.overlaps += 1
      stream.counters.trimmed += UInt64(known)
    case .gap(let missing):
      skip = 0
      stream.counters.gaps += 1
      stream.counters.lost += UInt64(missing)
      settle(stream)
      if missing <= stream.longestBridge {
        bridge(missing, of: stream)
      } else {
        restartPath(of: stream, at: place.first)
      }
      judge(.gap, of: stream, .exceeding, at: place.first)
    case .restart:
      skip = 0
      stream.counters.restarts += 1
      settle(stream)
      closeAlarms(of: stream)
      stream.clock.reset()
      stream.forgetPlaces()
      restartPath(of: stream, at: place.first)
    case .duplicate:
      stream.counters.duplicates += 1
      return
    case .late:
      stream.counters.late += 1
      return
    }
    stream.clock.observe(deviceTimeNs, at: place.first, rate: stream.rate)
    feed(samples, from: skip, at: place, to: stream)
  }

  /// The watched lead or the rate is another now: scores what was there, forgets the patient and
  /// prepares the stream anew. Allocates where the rate changed.
  public func changeLayout(
    slot: Int, rate: SampleRate, leads: Int = 1, at first: SampleNumber
  ) throws(ConditionerPlanError) {
    guard let old = streams[slot] else { return }
    settle(old)
    closeAlarms(of: old)
    cutStripsNow(of: old)
    let new = try pipeline(slot: slot, rate: rate, leads: leads)
    new.counters = old.counters
    new.counters.layoutChanges += 1
    new.alarmNumbers = old.alarmNumbers
    streams[slot] = new
    new.continuity.reset()
    judge(.layoutChange, of: new, .exceeding, at: first)
  }

  /// Raises or clears the alarm of streams that have sent nothing, by wall time.
  public func tick(nowNs: UInt64) {
    streams.visit { stream in
      guard let expected = stream.continuity.expected, nowNs > stream.lastReceivedNs,
        Double(nowNs - stream.lastReceivedNs) / 1e9 >= stream.settings.silentAfterSeconds
      else { return }
      if !stream.condition(.streamSilent).isActive {
        judge(.streamSilent, of: stream, .exceeding, at: expected - 1)
      }
      tickSilence(of: stream, silentNs: nowNs - stream.lastReceivedNs)
    }
  }

  /// A packet of this stream was refused.
  public func refused(slot: Int) {
    guard let stream = streams[slot], let expected = stream.continuity.expected else { return }
    judge(.badPackets, of: stream, .exceeding, at: expected - 1)
  }

  /// A packet of this stream was dropped because there was no time for it. Its samples will be
  /// missed, and alarmed as a gap, when the next one is taken.
  public func shedPacket(slot: Int) {
    streams[slot]?.counters.shedPackets += 1
  }

  /// Takes at most `SignalPath.maximumBlock` samples of the judged lead.
  func load(_ block: Span<Float>, of stream: StreamPipeline) {
    stream.path.load(block)
    while let event = stream.path.next() { handle(event, of: stream) }
    tellSignal(of: stream)
  }

  /// Puts missing samples where samples were lost, as if the gateway had sent them so.
  private func bridge(_ missing: Int64, of stream: StreamPipeline) {
    stream.bridgedUntil = .max
    stream.leads.interrupt()
    var left = Int(missing)
    while left > 0 {
      let count = min(left, SignalPath.maximumBlock)
      stream.path.load(Self.missingBlock.span.extracting(0..<count))
      while let event = stream.path.next() { handle(event, of: stream) }
      left -= count
    }
    stream.bridgedUntil = stream.path.signal.endIndex
  }

  private static let missingBlock = [Float](repeating: .nan, count: SignalPath.maximumBlock)

  private func handle(_ event: SignalPath.Event, of stream: StreamPipeline) {
    switch event {
    case .beat(let beat):
      stream.counters.beats += 1
      stream.heart.process(beatAt: beat.fiducial)
      judgeRate(of: stream, beat)
      detections?.append(
        Detection(
          slot: stream.slot, beat: stream.sample(at: beat.fiducial),
          known: stream.sample(at: stream.path.signal.endIndex - 1)))
    case .window(let range, let beat):
      if stream.isScoring { add(range, beat: beat, of: stream) } else { shed(stream) }
    case .excerpt(let fiducial):
      if stream.isScoring { add(beatAt: fiducial, of: stream) } else { shed(stream) }
    case .second(let endIndex):
      judgeSignal(of: stream, at: stream.sample(at: endIndex - 1))
    }
  }

  private func shed(_ stream: StreamPipeline) {
    stream.counters.shedWindows += 1
    stream.scorer.patient?.breakOff()
  }

  /// Scores every window of the stream that is still in the batch, so that what follows cannot
  /// change the past.
  func settle(_ stream: StreamPipeline) {
    if stream.pending > 0 { flush() }
  }
}
