import Logging
import Synchronization
import ZeroMQ

/// The loop of the thread that answers libzmq's question who may connect (ZAP, ZeroMQ RFC 27).
///
/// It is bound, runs and has answered a question of our own before any other socket binds; and a
/// socket with `serveCurve` refuses everybody while nobody answers.
struct ZAPThread: ~Copyable {
  static let endpoint = "inproc://zeromq.zap.01"
  private static let idleMs = 250
  private static let frameCount = 7

  private var socket: Socket
  private var poller = Poller()
  private let ring: KeyRing
  private let tally: HandshakeTally
  private let heartbeat: ThreadProgress.Heartbeat
  private let log: RateLimitedLog
  /// What libzmq tells of the connections of each socket with keys.
  private var monitors: [Monitor] = []
  private var connections = ConnectionTable()

  /// - Parameters:
  ///   - socket: bound to `endpoint`.
  ///   - monitored: how many sockets tell of their connections, at `connectionsEndpoint`.
  init(
    ring: KeyRing, tally: HandshakeTally, heartbeat: ThreadProgress.Heartbeat, log: RateLimitedLog,
    socket: consuming Socket, monitored: Int, in context: Context
  ) throws(ZeroMQError) {
    self.ring = ring
    self.tally = tally
    self.heartbeat = heartbeat
    self.log = log
    self.socket = socket
    _ = poller.add(self.socket)
    for number in 0..<monitored {
      let monitor = try Monitor(number, in: context)
      _ = poller.add(monitor.socket)
      monitors.append(monitor)
    }
  }

  /// Where the socket with that number tells of its connections.
  static func connectionsEndpoint(_ number: Int) -> String { "inproc://ecgd.connections.\(number)" }

  /// A box, because an array holds no socket.
  private final class Monitor {
    var socket: Socket

    init(_ number: Int, in context: Context) throws(ZeroMQError) {
      socket = try Socket(.pair, in: context)
      // libzmq's own thread waits where this queue is full.
      try socket.set(.receiveHighWaterMark, 0)
      try socket.connect(ZAPThread.connectionsEndpoint(number))
    }
  }

  /// The bound socket, to which libzmq turns.
  static func socket(in context: Context) throws(ZeroMQError) -> Socket {
    var socket = try Socket(.router, in: context)
    try socket.bind(endpoint)
    return socket
  }

  mutating func run() {
    while !tally.isStopping {
      heartbeat.beat()
      do {
        _ = try poller.wait(timeoutMs: Self.idleMs)
        try followConnections()
        while let frames = try socket.receiveFrames(wait: false) {
          // libzmq told of the connection before it asked about it.
          try followConnections()
          try answer(frames)
        }
      } catch {
        log.log(.error, kind: "zap", "\(error)")
      }
    }
    heartbeat.retire()
  }

  private mutating func followConnections() throws(ZeroMQError) {
    for monitor in monitors {
      while let frames = try monitor.socket.receiveFrames(wait: false) {
        guard let event = ConnectionEvent(frames) else { continue }
        switch event.kind {
        case .opened: connections.open(event.descriptor, from: event.address)
        case .closed: connections.close(event.descriptor)
        }
      }
    }
  }

  /// Frames before the empty one lead back to who asked.
  private mutating func answer(_ frames: [[UInt8]]) throws(ZeroMQError) {
    guard let empty = frames.firstIndex(of: []) else { return }
    let request = Array(frames[(empty + 1)...])
    let verdict = judge(request)
    for frame in frames[...empty] { _ = try socket.send(frame, more: true) }
    let id = request.count > 1 ? request[1] : []
    _ = try socket.send("1.0", more: true)
    _ = try socket.send(id, more: true)
    switch verdict {
    case .success(let number):
      tally.accepted.wrappingAdd(1, ordering: .relaxed)
      _ = try socket.send("200", more: true)
      _ = try socket.send("OK", more: true)
      _ = try socket.send("\(number)", more: true)
    case .failure(let refusal):
      tally.count(refusal)
      tell(refusal, request)
      _ = try socket.send(refusal.isTemporary ? "300" : "400", more: true)
      _ = try socket.send("not authorised", more: true)
      _ = try socket.send("", more: true)
    }
    _ = try socket.send("")
  }

  /// version, id, domain, address, identity, mechanism, public key.
  private mutating func judge(_ request: [[UInt8]]) -> Result<Int, HandshakeRefusal> {
    guard request.count == Self.frameCount, request[0] == Array("1.0".utf8),
      request[5] == Array("CURVE".utf8),
      let domain = SocketDomain(rawValue: String(decoding: request[2], as: UTF8.self))
    else { return .failure(.noKey) }
    let verdict = ring.admit(publicKey: request[6], as: domain.role)
    guard case .success(let number) = verdict else { return verdict }
    let address = String(decoding: request[3], as: UTF8.self)
    let isAdmitted = connections.admit(
      number, from: address, limit: ring.limits.connectionsPerKey)
    return isAdmitted
      ? verdict : .failure(.tooManyConnections(ring.rights[number]?.name ?? ""))
  }

  private func tell(_ refusal: HandshakeRefusal, _ request: [[UInt8]]) {
    guard request.count > 3 else { return }
    let domain = String(decoding: request[2], as: UTF8.self)
    let address = String(decoding: request[3], as: UTF8.self)
    let who =
      switch refusal {
      case .unknownKey, .noKey: request.count > 6 ? Z85.text(request[6]) ?? "no key" : "no key"
      case .revokedKey(let name), .wrongRole(let name), .tooManyConnections(let name): name
      }
    log.log(
      .warning, kind: refusal.name, "\(domain): connection from \(address) refused: \(who)",
      metadata: ["socket": "\(domain)", "address": "\(address)", "key": "\(who)"])
  }
}

/// The sockets that ask for keys, as ZAP domains.
enum SocketDomain: String, Sendable {
  case samples, alerts, waveforms, control

  /// Whose keys open it.
  var role: AuthorizedKey.Role {
    switch self {
    case .samples: .gateway
    case .alerts, .waveforms, .control: .operator
    }
  }
}

/// Handshakes by outcome, and the word to stop.
final class HandshakeTally: Sendable {
  let accepted = Atomic<UInt64>(0)
  private let refused = Mutex<[String: UInt64]>([:])
  private let stopping = Atomic<Bool>(false)

  func count(_ refusal: HandshakeRefusal) {
    refused.withLock { $0[refusal.name, default: 0] += 1 }
  }

  /// The daemon's own question is no handshake.
  func forgetProof() { refused.withLock { $0 = [:] } }

  var refusedByReason: [String: Int64] {
    refused.withLock { $0.mapValues { Int64(clamping: $0) } }
  }

  var isStopping: Bool { stopping.load(ordering: .acquiring) }
  func stop() { stopping.store(true, ordering: .releasing) }
}
