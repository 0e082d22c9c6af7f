import ZeroMQ

/// Who listens to alerts. Those that do not keep up are cut off: a connection that has lost an alert
/// must not look like one that has lost none.
///
/// Owned by the publisher thread. Looking allocates nothing.
struct OperatorRoster {
  private struct Listener {
    let connection: PeerConnection
    let name: String
    var pace = ListenerPace()
  }

  private var listeners: [Listener] = []
  private var lookedNs: UInt64 = 0
  private static let lookNs: UInt64 = 1_000_000_000

  private(set) var droppedCount: UInt64 = 0

  var count: Int { listeners.count }

  /// A connection has subscribed.
  ///
  /// - Parameter name: of the operator's key, where it has one.
  mutating func note(_ connection: PeerConnection, name: String?) {
    guard !listeners.contains(where: { $0.connection == connection }) else { return }
    let peer = connection.peerName
    listeners.append(
      Listener(connection: connection, name: name.map { "\($0) (\(peer))" } ?? peer))
  }

  /// Once a second: forgets those that have gone and cuts off those that do not keep up. Returns
  /// what is to be told of them.
  mutating func look(nowNs: UInt64) -> [String] {
    guard nowNs - lookedNs >= Self.lookNs else { return [] }
    lookedNs = nowNs
    var told: [String] = []
    for i in (0..<listeners.count).reversed() {
      guard let flow = listeners[i].connection.flow else {
        listeners.remove(at: i)
        continue
      }
      if let fault = listeners[i].pace.take(flow) { told += cut(i, because: fault.rawValue) }
    }
    return told
  }

  /// The queue before one of them is full: cuts off all for which bytes wait, because libzmq does
  /// not say whose queue it is. A listener that is cut off for nothing connects again and asks for
  /// what it missed.
  mutating func dropLagging() -> [String] {
    var told: [String] = []
    for i in (0..<listeners.count).reversed()
    where listeners[i].connection.flow?.waitingBytes ?? 0 > 0 {
      told += cut(i, because: "too many alerts wait for it")
    }
    return told
  }

  private mutating func cut(_ i: Int, because reason: String) -> [String] {
    let listener = listeners.remove(at: i)
    guard listener.connection.cut() else { return [] }
    droppedCount += 1
    return ["the operator \(listener.name) was cut off: \(reason)"]
  }
}
