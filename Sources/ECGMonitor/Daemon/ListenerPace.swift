import ZeroMQ

/// Whether one operator keeps up with what it is sent, by what the kernel tells once a second.
///
/// Counted in looks and not by the clock: a daemon that itself stood still blames nobody.
struct ListenerPace {
  /// Why a listener does not keep up.
  enum Fault: String {
    case stuck = "it reads nothing"
    case frozen = "it answers no ping"
    case slow = "it reads more slowly than alerts come"
  }

  /// So many looks without a byte taken, or without a sign of life.
  static let patienceLooks = 5
  /// So many looks at none of which everything was taken.
  static let slowLooks = 30
  /// Pings are sent every two seconds; their answers come within milliseconds.
  static let silenceMs = 3000

  private var last: PeerFlow?
  private var stuckLooks = 0
  private var silentLooks = 0
  private var busyLooks = 0

  mutating func take(_ flow: PeerFlow) -> Fault? {
    let isStuck = flow.waitingBytes > 0 && last.map { !Self.hasMoved($0, flow) } ?? false
    stuckLooks = isStuck ? stuckLooks + 1 : 0
    silentLooks = flow.silenceMs ?? 0 >= Self.silenceMs ? silentLooks + 1 : 0
    busyLooks = flow.waitingBytes > 0 ? busyLooks + 1 : 0
    last = flow
    if stuckLooks >= Self.patienceLooks { return .stuck }
    if silentLooks >= Self.patienceLooks { return .frozen }
    return busyLooks >= Self.slowLooks ? .slow : nil
  }

  private static func hasMoved(_ old: PeerFlow, _ new: PeerFlow) -> Bool {
    if let before = old.takenBytes, let after = new.takenBytes { return after > before }
    return new.waitingBytes < old.waitingBytes
  }
}
