import ECGCore
import ECGWire
import ZeroMQ

/// What each gateway may send and has sent, by the number of its key. Owned by the ingest thread;
/// judging a packet allocates nothing.
struct GatewayAccounts {
  /// One gateway's account. It outlives the key, so that what a revoked one still sends is counted.
  struct Account {
    var key: AuthorizedKey?
    let name: String
    /// Packets that it may send now.
    var tokens: Double
    var refilledNs: UInt64
    var streams = 0
    var packets: UInt64 = 0
    /// By `RejectReason`.
    var refused = [UInt64](repeating: 0, count: RejectReason.count)
    /// When its trespasses were last told.
    var toldNs: UInt64 = 0
  }

  private let ring: KeyRing
  private var seen: UInt64 = .max
  private(set) var accounts: [Account] = []
  private var limits = Configuration.Limits()

  /// A gateway may send so many seconds' worth of packets at once, after it was kept from sending.
  static let burstSeconds = 4.0
  private static let tellNs: UInt64 = 1_000_000_000

  init(_ ring: KeyRing) {
    self.ring = ring
    follow(nowNs: MonotonicClock.nanoseconds())
  }

  /// Once a turn, one atomic load: takes over the keys that changed.
  mutating func follow(nowNs: UInt64) {
    guard ring.changed(since: &seen) else { return }
    limits = ring.limits
    for (number, key) in ring.rights.enumerated() {
      if number == accounts.count {
        accounts.append(
          Account(key: key, name: key?.name ?? "", tokens: burst, refilledNs: nowNs))
      } else {
        accounts[number].key = key
      }
    }
  }

  private var burst: Double { Double(limits.packetsPerSecond) * Self.burstSeconds }

  /// Why a packet of `sender` about `stream` is refused; nil where it is not. Counts it.
  mutating func refusal(
    of sender: Int?, about stream: StreamKey, isNew: Bool, nowNs: UInt64
  ) -> RejectReason? {
    guard let sender, sender < accounts.count else { return .notAuthorised }
    accounts[sender].packets += 1
    guard let key = accounts[sender].key else { return .notAuthorised }
    guard spend(sender, nowNs: nowNs) else { return .gatewayRate }
    guard key.covers(stream) else { return .notAuthorised }
    if isNew, accounts[sender].streams >= limits.streamsPerGateway { return .gatewayStreams }
    return nil
  }

  private mutating func spend(_ sender: Int, nowNs: UInt64) -> Bool {
    if nowNs > accounts[sender].refilledNs {
      let seconds = Double(nowNs - accounts[sender].refilledNs) / 1e9
      accounts[sender].tokens = min(
        burst, accounts[sender].tokens + seconds * Double(limits.packetsPerSecond))
      accounts[sender].refilledNs = nowNs
    }
    guard accounts[sender].tokens >= 1 else { return false }
    accounts[sender].tokens -= 1
    return true
  }

  mutating func count(_ reason: RejectReason, of sender: Int) {
    accounts[sender].refused[reason.rawValue] += 1
  }

  /// Counts; true where it is time to tell of this gateway's trespasses again.
  mutating func count(_ reason: RejectReason, of sender: Int, nowNs: UInt64) -> Bool {
    count(reason, of: sender)
    let toldNs = accounts[sender].toldNs
    guard toldNs == 0 || nowNs > toldNs && nowNs - toldNs > Self.tellNs else { return false }
    accounts[sender].toldNs = nowNs
    return true
  }

  mutating func admitted(by sender: Int) { accounts[sender].streams += 1 }
  mutating func discharged(of sender: Int) { accounts[sender].streams -= 1 }
}
