import Glibc
import Logging
import ZeroMQ

/// The keys' side of the daemon: its own pair, the ring of those that are let in, and the thread
/// that answers handshakes.
final class KeyService {
  let ring: KeyRing
  let tally = HandshakeTally()
  private let pair: CurveKeyPair
  private let authorizedPath: String
  private let handshakeMs: Int
  /// Sockets that ask for keys, and how many of them were made.
  private let socketCount: Int
  private var protectedCount = 0
  private var thread: WorkerThread?

  private static let proofMs = 5000

  /// Reads the files that the configuration names; nil where it names none.
  init?(_ configuration: Configuration) throws(ConfigurationError) {
    guard let secret = configuration.secretKeyPath(),
      let authorized = configuration.authorizedKeysPath
    else { return nil }
    pair = try SecretKeyFile.read(secret)
    ring = KeyRing(try AuthorizedKeys(contentsOf: authorized), configuration.limits)
    authorizedPath = authorized
    handshakeMs = configuration.limits.handshakeMs
    // Alerts, waveforms and control beside them.
    socketCount = configuration.samples.sockets.count + 3
  }

  /// Binds the handler, starts its thread and returns when it has answered a question.
  func start(
    in context: Context, heartbeat: ThreadProgress.Heartbeat, log: RateLimitedLog
  ) throws {
    let made = Handover(
      try ZAPThread(
        ring: ring, tally: tally, heartbeat: heartbeat, log: log,
        socket: try ZAPThread.socket(in: context), monitored: socketCount, in: context))
    thread = try WorkerThread("zap") {
      var handler = made.take()
      handler.run()
    }
    try prove(in: context)
  }

  /// Asks the handler to let in a key that nobody has.
  private func prove(in context: Context) throws(ZeroMQError) {
    var socket = try Socket(.req, in: context)
    try socket.set(.receiveTimeout, Self.proofMs)
    try socket.connect(ZAPThread.endpoint)
    for frame in ["1.0", "proof", SocketDomain.samples.rawValue, "self", ""] {
      _ = try socket.send(frame, more: true)
    }
    _ = try socket.send("NULL", more: true)
    _ = try socket.send("")
    let answer = try socket.receiveFrames()
    guard let answer, answer.count == 6, answer[2] == Array("400".utf8) else {
      throw ZeroMQError(code: ETIMEDOUT, operation: "prove the ZAP handler")
    }
    tally.forgetProof()
  }

  var facts: KeyFacts { KeyFacts(ring: ring, tally: tally) }

  /// Before bind or connect: lets in only keys of the ring, each to the sockets of its role.
  func protect(_ socket: inout Socket, _ domain: SocketDomain) throws(ZeroMQError) {
    precondition(protectedCount < socketCount)
    try socket.serveCurve(pair, domain: domain.rawValue, handshakeMs: handshakeMs)
    try socket.tellConnections(at: ZAPThread.connectionsEndpoint(protectedCount))
    protectedCount += 1
  }

  /// Reads the file of authorised keys again; one that is not good changes nothing.
  func reload(_ logger: Logger) {
    do throws(ConfigurationError) {
      let changes = ring.replace(with: try AuthorizedKeys(contentsOf: authorizedPath))
      for (what, names) in [
        ("authorised", changes.added), ("changed", changes.changed),
        ("no longer authorised", changes.removed),
      ] where !names.isEmpty {
        logger.notice("keys \(what): \(names.joined(separator: ", "))")
      }
    } catch {
      logger.error(
        "the file of authorised keys is refused, the old keys stay in force: \(error)",
        metadata: ["reason": "keys"])
    }
  }

  /// After every other socket has closed.
  func stop() {
    tally.stop()
    thread?.join()
    thread = nil
  }
}

/// What the status tells of keys.
struct KeyFacts: Sendable {
  let ring: KeyRing
  let tally: HandshakeTally
}
