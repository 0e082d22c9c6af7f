import ECGCore
import ECGModel
import ECGPipeline
import ECGWire
import Logging
import Synchronization

/// The loop of one shard's thread: packets in, alert drafts out.
struct ShardThread {
  let channel: ShardChannel
  let ingest: IngestChannel
  let publisher: Doorbell
  let heartbeat: ThreadProgress.Heartbeat
  let log: RateLimitedLog
  let mailbox: ReloadMailbox
  let preferredLeads: [LeadName]
  let maximumWaitNs: UInt64
  private let shard: Shard
  private var saver: StateSaver?
  private let scoreLog: ScoreLog?
  private var listening: WaveformListening
  private var facts: [Int: WatchedStream] = [:]
  private var samples = [Float](repeating: 0, count: SamplePacketHeader.maximumByteCount / 2)
  private var isStopping = false
  private var waitingSinceNs: UInt64 = 0
  private var tickedNs: UInt64 = 0
  /// When the newest packet that was taken had come in.
  private var takenNs: UInt64 = 0
  private var settingsVersion: UInt64 = 0
  private var pressure = LoadPressure()
  private var shedNs: UInt64 = 0

  /// Packets taken in one turn before commands and deadlines are looked at.
  private static let packetsPerTurn = 64
  private static let idleMs: Int32 = 250
  private static let tickNs: UInt64 = 250_000_000
  private static let shedReportNs: UInt64 = 1_000_000_000

  init(
    channel: ShardChannel, ingest: IngestChannel, publisher: Doorbell,
    heartbeat: ThreadProgress.Heartbeat,
    log: RateLimitedLog, mailbox: ReloadMailbox, plan: ModelPlan, settings: AlarmSettings,
    configuration: Configuration, scoreLog: ScoreLog? = nil, listening: WaveformListening,
    saver: StateSaver?
  ) {
    self.channel = channel
    self.ingest = ingest
    self.publisher = publisher
    self.heartbeat = heartbeat
    self.log = log
    self.mailbox = mailbox
    let leads =
      configuration.signal.leads.isEmpty
      ? plan.model.manifest.leads.names.compactMap { Lead($0) } : configuration.signal.leads
    preferredLeads = leads.map { LeadName($0) }
    maximumWaitNs = UInt64(configuration.batch.maximumWaitMs) * 1_000_000
    shard = Shard(plan, settings, maximumWindows: configuration.batch.maximumWindows)
    self.scoreLog = scoreLog
    if scoreLog != nil { shard.scores = [] }
    shard.clock = MonotonicClock.nanoseconds
    shard.waveSink = listening.outlet
    shard.stripSink = StripOutlet(
      channel.strips, publisher: publisher, maximumValues: shard.stripCapacity)
    self.listening = listening
    self.saver = saver
  }

  /// Takes over what the last process knew of a stream. Before `run`, on the thread that made this.
  mutating func restore(_ slot: Int, from restoration: inout Restoration) {
    let record = restoration.records[slot]
    let isRestored = restoration.restore(
      slot, to: shard, preferring: preferredLeads, nowNs: MonotonicClock.nanoseconds())
    facts[slot] = isRestored ? record.watched : WatchedStream(record.watched.id)
  }

  /// Runs until a `stop` record has come and everything before it is told.
  mutating func run() {
    while !isStopping {
      heartbeat.beat()
      takeCommands()
      listening.follow(facts, of: shard)
      let isIdle = takePackets()
      flushIfDue(isIdle: isIdle)
      tickIfDue(isIdle: isIdle)
      report()
      saver?.turn(shard, facts, isIdle: isIdle, nowNs: MonotonicClock.nanoseconds())
      if isIdle, !isStopping, shard.drafts.isEmpty { sleep() }
    }
    // With a checkpoint the streams go on where they were left, and so do their alarms.
    if saver == nil { shard.dischargeAll() } else { shard.flush() }
    while !shard.drafts.isEmpty {
      heartbeat.beat()
      report()
    }
    saver?.saveAll(shard, facts) { [heartbeat] in heartbeat.beat() }
    while !channel.reports.push(.stopped) { heartbeat.beat() }
    publisher.ring()
    heartbeat.retire()
  }

  private func sleep() {
    channel.doorbell.sleep(timeoutMs: Self.idleMs) {
      channel.packets.count > 0 || channel.commands.count > 0
    }
  }

  /// True where no packet was waiting.
  private mutating func takePackets() -> Bool {
    for _ in 0..<Self.packetsPerTurn {
      let packets = channel.packets
      let following = packets.following()
      shard.expect(
        next: following.next.map(ShardRecord.slot),
        afterNext: following.afterNext.map(ShardRecord.slot))
      let popped = packets.pop { bytes, tag, word in take(bytes, tag: tag, word: word) }
      if !popped { return true }
      report()
    }
    return false
  }

  private mutating func take(_ bytes: RawSpan, tag: UInt32, word: UInt64) {
    let slot = ShardRecord.slot(tag)
    switch ShardRecord.kind(tag) {
    case ShardRecord.packet: takePacket(bytes, slot: slot, receivedNs: word)
    case ShardRecord.admit:
      facts[slot] = WatchedStream(StreamKey(name: bytes)!.stream)
    case ShardRecord.refused: shard.refused(slot: slot)
    case ShardRecord.discharge:
      shard.discharge(slot: slot)
      saver?.forget(slot: slot)
      listening.leave(slot: slot)
      // The drafts of its last alarms need its facts.
      report(waiting: true)
      facts[slot] = nil
    default: isStopping = true
    }
  }

  private mutating func takePacket(_ bytes: RawSpan, slot: Int, receivedNs: UInt64) {
    guard let header = try? SamplePacketHeader.decode(bytes) else {
      preconditionFailure("ingest lets only packets through that decode")
    }
    guard let stream = facts[slot] else { preconditionFailure("a stream is admitted first") }
    if !stream.layout.matches(header, in: bytes) {
      guard prepare(stream, header, in: bytes, slot: slot) else { return }
    }
    if header.patient != stream.patient { follow(stream, header, slot: slot) }
    takenNs = max(takenNs, receivedNs)
    let shedding = shedding(stream, header, receivedNs: receivedNs)
    if shedding == .packets { return shard.shedPacket(slot: slot) }
    let count = header.samplesPerLead
    for i in 0..<stream.leadIndices.count {
      Self.copy(
        header, lead: stream.leadIndices[i], from: bytes, into: &samples, at: i * count)
    }
    if !shard.hasWaitingWindows { waitingSinceNs = receivedNs }
    shard.take(
      samples.span.extracting(0..<(count * stream.leadIndices.count)),
      at: PacketPlace(
        session: header.session, sequence: header.sequence, first: header.firstSample,
        count: count),
      deviceTimeNs: header.deviceTimeNs, slot: slot, receivedNs: receivedNs,
      scoring: shedding == .nothing)
  }

  /// What is left undone of a packet, because the shard cannot keep up.
  private mutating func shedding(
    _ stream: WatchedStream, _ header: SamplePacketHeader, receivedNs: UInt64
  ) -> Shedding {
    let now = MonotonicClock.nanoseconds()
    let pressed = pressure.process(
      ageNs: now > receivedNs ? now - receivedNs : 0,
      fill: Double(channel.packets.count) / Double(channel.packets.capacity),
      isFlooded: ingest.isFlooded.load(ordering: .relaxed), nowNs: now)
    let lag = stream.lag.process(header, nowNs: now)
    let shedding = Shedding(pressedNs: pressed, lagNs: lag)
    if shedding != .nothing, now - shedNs > Self.shedReportNs {
      if channel.reports.push(.shed(shedding)) { publisher.ring() }
      shedNs = now
      log.log(
        .warning, kind: "overload",
        "cannot keep up: \(shedding == .packets ? "late samples are dropped" : "no window is scored")",
        metadata: ["lagSeconds": "\(Double(lag) / 1e9)"])
    }
    return shedding
  }

  /// Another patient, unless the packet is an old one.
  private func follow(_ stream: WatchedStream, _ header: SamplePacketHeader, slot: Int) {
    let place = PacketPlace(
      session: header.session, sequence: header.sequence, first: header.firstSample,
      count: header.samplesPerLead)
    guard shard.isNews(place, slot: slot) else { return }
    stream.patient = header.patient
    shard.changePatient(slot: slot, at: header.firstSample)
    log.log(
      .notice, kind: "patientChange", "stream \(stream.id): another patient, learnt anew",
      metadata: ["stream": "\(stream.id)"])
  }

  private static func copy(
    _ header: SamplePacketHeader, lead: Int, from bytes: RawSpan, into samples: inout [Float],
    at offset: Int
  ) {
    var span = samples.mutableSpan
    header.copyMillivolts(
      lead: lead, from: bytes, count: header.samplesPerLead, into: &span, at: offset)
  }

  /// Admits the stream, or follows a change of its layout. Allocates: this is an admission.
  private func prepare(
    _ stream: WatchedStream, _ header: SamplePacketHeader, in bytes: RawSpan, slot: Int
  ) -> Bool {
    let isNew = stream.layout.isEmpty
    stream.take(header, in: bytes, preferring: preferredLeads)
    do {
      if isNew {
        try shard.admit(
          slot: slot, rate: header.sampleRate, leads: stream.leadIndices.count)
      } else {
        try shard.changeLayout(
          slot: slot, rate: header.sampleRate, leads: stream.leadIndices.count,
          at: header.firstSample)
        log.log(
          .warning, kind: "layoutChange",
          "stream \(stream.id): leads, gain or rate changed; the patient is learnt anew",
          metadata: ["stream": "\(stream.id)"])
      }
      listening.tap(stream, slot: slot, of: shard)
      return true
    } catch {
      log.log(
        .error, kind: "plan", "stream \(stream.id) cannot be watched: \(error)",
        metadata: ["stream": "\(stream.id)"])
      return false
    }
  }

  private mutating func takeCommands() {
    if let settings = mailbox.take(after: &settingsVersion) { shard.apply(settings) }
    while let command = channel.commands.pop() {
      switch command {
      case .status(let token, let names):
        let status = ShardStatus(
          streams: shard.snapshot().map { (facts[$0.slot]!.facts, $0) },
          pictures: pictures(of: names), totals: shard.totals,
          latency: shard.latency)
        if channel.reports.push(.status(token: token, status)) { publisher.ring() }
      case .act(let token, let command):
        let isDone = perform(command)
        // The answer comes behind the alerts that tell of it.
        report(waiting: true)
        while !channel.reports.push(.acted(token: token, isDone)) { heartbeat.beat() }
        publisher.ring()
      }
    }
  }

  private func perform(_ command: OperatorCommand) -> Bool {
    guard let slot = facts.first(where: { $0.value.id == command.stream })?.key else {
      return false
    }
    switch command.action {
    case .acknowledge(let condition, let number):
      return shard.acknowledge(
        slot: slot, condition: condition, alarmNumber: number, by: command.by)
    case .pause(let seconds): return shard.pause(slot: slot, seconds: seconds, by: command.by)
    case .resume: return shard.resume(slot: slot, by: command.by)
    }
  }

  private func pictures(of names: [String]) -> [(StreamFacts, StreamPicture)] {
    facts.compactMap { slot, stream in
      guard names.contains(stream.id.name) else { return nil }
      return shard.picture(slot: slot).map { (stream.facts, $0) }
    }
  }

  private func flushIfDue(isIdle: Bool) {
    guard shard.hasWaitingWindows else { return }
    let now = MonotonicClock.nanoseconds()
    // With nothing else to do there is no company worth waiting for.
    if isIdle || now - waitingSinceNs >= maximumWaitNs { shard.flush() }
  }

  /// With packets waiting, it is still the time at which the last one taken came in: what waits
  /// here is late, not silent.
  private mutating func tickIfDue(isIdle: Bool) {
    let now = MonotonicClock.nanoseconds()
    guard now - tickedNs >= Self.tickNs else { return }
    tickedNs = now
    shard.tick(nowNs: isIdle ? now : takenNs)
  }

  /// Hands the drafts over; what does not fit stays for the next turn.
  private func report(waiting: Bool = false) {
    if let scoreLog { scoreLog.take(from: shard, facts, log: log) }
    repeat {
      guard !shard.drafts.isEmpty else { return }
      shard.collect { channel.reports.push(.alert($0, facts[$0.slot]!.facts)) }
      publisher.ring()
      heartbeat.beat()
    } while waiting && !shard.drafts.isEmpty
  }
}
