import ECGWire
import ZeroMQ

/// An operator's ear that loses and repeats nothing: it subscribes first, takes the alarms that
/// are on, then gives every event once and in order. What the socket did not bring (it was not
/// connected, the daemon was away, too much came at once) is asked for by sequence number.
struct WatchSession: ~Copyable {
  /// What has happened.
  enum News {
    /// The alarms that were on when the session began.
    case snapshot([AlertEvent])
    case event(AlertEvent, [UInt8])
    /// Events that the daemon does not have either.
    case lost(Int64)
    /// The daemon counts anew: its journal was lost or replaced.
    case renumbered
    case away, back
  }

  private var alerts: Socket
  private var control: Socket?
  private var poller: Poller
  private let context: Context
  private let controlEndpoint: String
  private let stream: String?
  private let keys: ClientKeys
  /// The last event that was given or that the snapshot stands for; nil before the snapshot.
  private(set) var sequence: Int64?
  private var askedAt: ContinuousClock.Instant?
  private var isAsking = false
  /// Where the session stood when it asked: since then the socket may have brought more.
  private var askedSequence: Int64 = 0
  private var isAway = false
  /// Until nothing is missing, asking goes on without a pause.
  private var isBehind = false
  private var news: [News] = []
  /// What came before the snapshot, or behind a hole.
  private var early: [(AlertEvent, [UInt8])] = []

  private static let patience = Duration.seconds(2)
  private static let askEvery = Duration.seconds(1)

  init(
    alerts endpoint: String, control: String, stream: String?, _ keys: ClientKeys
  ) throws(ZeroMQError) {
    let context = try Context()
    var socket = try Socket(.sub, in: context)
    // Read on, whatever the terminal does; what is missed all the same is asked for.
    try socket.set(.receiveHighWaterMark, 0)
    try socket.setHeartbeat(intervalMs: 2000, timeoutMs: 6000)
    try socket.set(.linger, 0)
    try keys.show(on: &socket)
    try socket.connect(endpoint)
    // All streams: the count over all of them shows what was missed.
    try socket.subscribe(AlertTopic.prefix)
    var poller = Poller()
    _ = poller.add(socket)
    alerts = socket
    self.poller = poller
    self.context = context
    self.control = nil
    controlEndpoint = control
    self.stream = stream
    self.keys = keys
  }

  /// What has happened since the last call; waits up to `milliseconds` for something.
  mutating func next(waitMs milliseconds: Int) throws(ZeroMQError) -> [News] {
    _ = try poller.wait(timeoutMs: milliseconds)
    while let frames = try alerts.receiveFrames(wait: false) {
      guard frames.count == 2, let event = try? AlertEvent.decode(frames[1]) else { continue }
      take(event, frames[1])
    }
    try takeReply()
    try askIfDue()
    defer { news = [] }
    return news
  }

  private mutating func take(_ event: AlertEvent, _ json: [UInt8]) {
    guard let last = sequence else {
      early.append((event, json))
      return
    }
    guard event.sequence > last else { return }
    guard event.sequence == last + 1 else {
      // A hole: the daemon's journal gives it whole, this event with it.
      isBehind = true
      early.append((event, json))
      return
    }
    give(event, json)
  }

  private mutating func give(_ event: AlertEvent, _ json: [UInt8]) {
    sequence = event.sequence
    if stream == nil || event.stream == stream { news.append(.event(event, json)) }
  }

  private mutating func askIfDue() throws(ZeroMQError) {
    let now = ContinuousClock.now
    if let asked = askedAt {
      if isAsking {
        guard asked.duration(to: now) > Self.patience else { return }
        // A REQ socket without its answer is of no more use.
        control = nil
        isAsking = false
        if !isAway { news.append(.away) }
        isAway = true
      } else if !isBehind, asked.duration(to: now) < Self.askEvery {
        return
      }
    }
    askedAt = now
    var request = ControlRequest(sequence == nil ? .snapshot : .replay)
    request.since = sequence
    askedSequence = sequence ?? 0
    if control == nil {
      var socket = try Socket(.req, in: context)
      try socket.set(.linger, 0)
      try socket.set(.sendTimeout, 0)
      try keys.show(on: &socket)
      try socket.connect(controlEndpoint)
      control = consume socket
    }
    isAsking = try control!.send(request.encoded())
  }

  private mutating func takeReply() throws(ZeroMQError) {
    guard isAsking, let frames = try control!.receiveFrames(wait: false) else { return }
    isAsking = false
    guard let body = frames.first, let reply = try? ControlReply.decode(body) else { return }
    if isAway { news.append(.back) }
    isAway = false
    guard reply.ok, let newest = reply.sequence else { return failed() }
    guard sequence != nil else { return begin(reply, at: newest) }
    guard newest >= askedSequence else {
      // Events of the old count are over; the new one is taken from its present on.
      news.append(.renumbered)
      sequence = nil
      askedAt = nil
      return
    }
    // Behind numbers of events that our key does not show, a loss shows in its stream's own count.
    let withheld = reply.withheld ?? 0
    for event in reply.alerts ?? [] where event.sequence > sequence! {
      if event.sequence > sequence! + 1, withheld == 0 {
        news.append(.lost(event.sequence - sequence! - 1))
      }
      give(event, event.encoded())
    }
    if (reply.alerts ?? []).isEmpty, withheld > 0 {
      sequence = min(newest, sequence! + withheld)
    }
    isBehind = sequence! < newest && (withheld > 0 || !(reply.alerts ?? []).isEmpty)
    if sequence! < newest, !isBehind {
      news.append(.lost(newest - sequence!))
      sequence = newest
    }
    let waiting = early
    early = []
    for (event, json) in waiting { take(event, json) }
  }

  private mutating func begin(_ reply: ControlReply, at newest: Int64) {
    sequence = newest
    news.append(
      .snapshot((reply.alerts ?? []).filter { stream == nil || $0.stream == stream }))
    let waiting = early
    early = []
    for (event, json) in waiting { take(event, json) }
  }

  /// The daemon cannot read its journal: what has come is given, and what is missing is told.
  private mutating func failed() {
    isBehind = false
    guard sequence != nil else { return }
    let waiting = early
    early = []
    for (event, json) in waiting where event.sequence > sequence! {
      if event.sequence > sequence! + 1 { news.append(.lost(event.sequence - sequence! - 1)) }
      give(event, json)
    }
  }
}
