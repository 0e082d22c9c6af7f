import Glibc
import ZeroMQ

/// How many connections each key has, on all sockets together: those that stand, and those that were
/// let in and are on their way. Owned by the thread that answers handshakes.
///
/// libzmq asks who may connect without saying on which descriptor, and tells of opened descriptors
/// without saying whose they are. The two are joined by the peer's address, in order: peers of one
/// address may be taken for each other, those of two addresses never.
struct ConnectionTable {
  private struct OnItsWay {
    let number: Int
    let untilNs: UInt64
  }

  private var onTheirWay: [String: [OnItsWay]] = [:]
  private var standing: [CInt: Int] = [:]
  private var counts: [Int: Int] = [:]
  private let patienceNs: UInt64

  /// - Parameter patienceNs: a handshake that has not ended by then never will.
  init(patienceNs: UInt64) { self.patienceNs = patienceNs }

  func count(of number: Int) -> Int { counts[number] ?? 0 }

  /// Counts one more connection of a key, unless it has `limit` of them: then false.
  mutating func admit(_ number: Int, from address: String, limit: Int, nowNs: UInt64) -> Bool {
    if count(of: number) >= limit { expire(nowNs: nowNs) }
    guard count(of: number) < limit else { return false }
    counts[number, default: 0] += 1
    onTheirWay[Self.place(address), default: []].append(
      OnItsWay(number: number, untilNs: nowNs + patienceNs))
    return true
  }

  /// Takes what libzmq tells; `address` is the peer's, nil where it is a process of this machine or
  /// has gone.
  mutating func take(_ event: ConnectionEvent, from address: String?) {
    // A descriptor that opens again has closed, whatever was told.
    if let number = standing.removeValue(forKey: event.descriptor) { release(number) }
    guard event.kind == .opened else { return }
    var place = Self.place(address ?? "")
    if address == nil, onTheirWay[place] == nil {
      // It opened and has gone already: the one that has been on its way the longest.
      place = onTheirWay.min { $0.value[0].untilNs < $1.value[0].untilNs }?.key ?? place
    }
    guard let first = onTheirWay[place]?.first else { return }
    onTheirWay[place]!.removeFirst()
    if onTheirWay[place]!.isEmpty { onTheirWay[place] = nil }
    standing[event.descriptor] = first.number
  }

  private mutating func release(_ number: Int) {
    let left = count(of: number) - 1
    counts[number] = left > 0 ? left : nil
  }

  /// Forgets peers that left between being let in and being there.
  private mutating func expire(nowNs: UInt64) {
    for (place, waiting) in onTheirWay {
      for late in waiting where late.untilNs <= nowNs { release(late.number) }
      let kept = waiting.filter { $0.untilNs > nowNs }
      onTheirWay[place] = kept.isEmpty ? nil : kept
    }
  }

  /// libzmq writes processes of this machine in a way of its own.
  private static func place(_ address: String) -> String {
    var bytes = in6_addr()
    let isOfTheInternet = [AF_INET, AF_INET6].contains { family in
      unsafe inet_pton(family, address, &bytes) == 1
    }
    return isOfTheInternet ? address : ""
  }
}
