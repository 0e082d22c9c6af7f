import ECGCore
import ECGWire
import ZeroMQ

/// Lets subscriptions to an XPUB socket through only as far as the operator's key goes.
///
/// The socket is in manual mode: libzmq hands up every subscription and applies none. Owned by the
/// socket's thread. Without keys the gate stands open, and the socket is as it always was.
struct OperatorGate {
  private struct Subscription {
    let sender: Int
    let connection: PeerConnection?
    let requested: [UInt8]
    let granted: [[UInt8]]
    /// What the grant followed from.
    let streams: [StreamPattern]
  }

  /// A subscription is a topic's beginning; a longer message ends the connection.
  private static let maximumSubscriptionBytes = 4096

  private let ring: KeyRing?
  /// The topics before a stream's name: `alert/`, or `wave/` and `latent/`.
  private let roots: [[UInt8]]
  /// The topics that every operator may have.
  private let common: [[UInt8]]
  private var rights: [AuthorizedKey?] = []
  private var seen: UInt64 = .max
  private var subscriptions: [Subscription] = []

  init(_ ring: KeyRing?, roots: [String], common: [String] = []) {
    self.ring = ring
    self.roots = roots.map { Array($0.utf8) }
    self.common = common.map { Array($0.utf8) }
    follow()
  }

  /// Before bind.
  func prepare(_ socket: inout Socket) throws(ZeroMQError) {
    try socket.setMaximumMessageSize(Self.maximumSubscriptionBytes)
    if ring != nil { try socket.set(.publisherManual, 1) }
  }

  /// Once a turn, one atomic load: where the keys changed, cuts the connections of those that may
  /// no longer see what they subscribed to. An operator whose key still stands connects again, and
  /// its subscriptions are granted anew.
  mutating func follow() {
    guard let ring, ring.changed(since: &seen) else { return }
    rights = ring.rights
    for subscription in subscriptions
    where rights[subscription.sender]?.streams != subscription.streams {
      subscription.connection?.cut()
    }
  }

  /// Takes one message of the socket; returns the prefixes that are subscribed to from now on, and
  /// those that nobody is subscribed to any more.
  mutating func take(
    _ message: SignedFrames, of socket: inout Socket
  ) -> (added: [[UInt8]], removed: [[UInt8]]) {
    guard let frame = message.frames.first, let first = frame.first, first <= 1 else {
      return ([], [])
    }
    let requested = Array(frame.dropFirst())
    guard ring != nil else { return first == 1 ? ([requested], []) : ([], [requested]) }
    return first == 1
      ? add(requested, message, of: &socket) : remove(requested, message, of: &socket)
  }

  private mutating func add(
    _ requested: [UInt8], _ message: SignedFrames, of socket: inout Socket
  ) -> (added: [[UInt8]], removed: [[UInt8]]) {
    follow()
    guard let sender = message.sender, sender < rights.count, let key = rights[sender] else {
      message.connection?.cut()
      return ([], [])
    }
    let granted = narrow(requested, to: key.streams)
    let added = granted.filter { !isSubscribed($0) }
    for prefix in granted { try? socket.set(.subscribe, prefix) }
    subscriptions.append(
      Subscription(
        sender: sender, connection: message.connection, requested: requested, granted: granted,
        streams: key.streams))
    return (added, [])
  }

  /// Where the connection has gone, libzmq tells its subscriptions without saying whose they were:
  /// then they are one of those whose connection has gone.
  private mutating func remove(
    _ requested: [UInt8], _ message: SignedFrames, of socket: inout Socket
  ) -> (added: [[UInt8]], removed: [[UInt8]]) {
    let index = subscriptions.firstIndex {
      $0.requested == requested
        && (message.sender == nil
          ? $0.connection?.isLive != true
          : $0.sender == message.sender && $0.connection == message.connection)
    }
    guard let index else { return ([], []) }
    let gone = subscriptions.remove(at: index)
    let kept = subscriptions.filter {
      $0.sender == gone.sender && $0.connection == gone.connection
    }
    for prefix in gone.granted where !kept.contains(where: { $0.granted.contains(prefix) }) {
      try? socket.set(.unsubscribe, prefix)
    }
    return ([], gone.granted.filter { !isSubscribed($0) })
  }

  /// What the keys' file calls the sender; nil without keys.
  func name(of sender: Int?) -> String? {
    sender.flatMap { $0 < rights.count ? rights[$0]?.name : nil }
  }

  private func isSubscribed(_ prefix: [UInt8]) -> Bool {
    subscriptions.contains { $0.granted.contains(prefix) }
  }

  /// The prefixes that match exactly the topics that match `requested` and are allowed.
  func narrow(_ requested: [UInt8], to streams: [StreamPattern]) -> [[UInt8]] {
    var granted: [[UInt8]] = []
    func allow(_ topic: [UInt8]) {
      if topic.starts(with: requested) {
        granted.append(topic)
      } else if requested.starts(with: topic) {
        granted.append(requested)
      }
    }
    for root in roots {
      for pattern in streams where pattern.isPrefix { allow(root + Array(pattern.beginning.utf8)) }
    }
    for topic in common { allow(topic) }
    // One prefix is enough where another is longer.
    return granted.enumerated().filter { index, prefix in
      !granted.enumerated().contains { other, shorter in
        other != index && prefix.starts(with: shorter) && (prefix != shorter || other < index)
      }
    }.map(\.element)
  }
}
