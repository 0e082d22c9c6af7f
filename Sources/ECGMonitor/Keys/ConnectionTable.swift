import Glibc
import ZeroMQ

/// How many connections each key has, on all sockets together. Owned by the thread that answers
/// handshakes.
///
/// libzmq tells of each connection's descriptor, and asks for each key's address: the two are joined
/// by the address behind the descriptor. Keys that are used from one address may be taken for each
/// other, those of two addresses never. A connection without a key lives for one handshake at most.
struct ConnectionTable {
  private struct Standing {
    let address: String
    let order: Int
    /// Nil before its handshake, and where that was refused.
    var admission: Admission?
  }

  /// A key that was let in, over one of the connections that had begun by then.
  private struct Admission {
    let number: Int
    let lastOrder: Int
  }

  private var standing: [CInt: Standing] = [:]
  private var counts: [Int: Int] = [:]
  private var opened = 0

  func count(of number: Int) -> Int { counts[number] ?? 0 }

  /// A connection began; `address` is nil for a process of this machine, or where it has gone.
  mutating func open(_ descriptor: CInt, from address: String?) {
    // A descriptor that opens again had closed, whatever was told.
    close(descriptor)
    opened += 1
    standing[descriptor] = Standing(address: Self.place(address ?? ""), order: opened)
  }

  mutating func close(_ descriptor: CInt) {
    guard let gone = standing.removeValue(forKey: descriptor), let admission = gone.admission
    else { return }
    // Where another without a key was there already, that may be the one that was meant: it is
    // counted until it has gone as well.
    if let other = nextWithoutKey(from: gone.address, upTo: admission.lastOrder) {
      standing[other]!.admission = admission
      return
    }
    let left = count(of: admission.number) - 1
    counts[admission.number] = left > 0 ? left : nil
  }

  /// Counts one more connection of a key, unless it has `limit` of them: then false.
  mutating func admit(_ number: Int, from address: String, limit: Int) -> Bool {
    guard count(of: number) < limit else { return false }
    // One that has gone by now is not there to be counted.
    if let descriptor = nextWithoutKey(from: Self.place(address), upTo: opened) {
      standing[descriptor]!.admission = Admission(number: number, lastOrder: opened)
      counts[number, default: 0] += 1
    }
    return true
  }

  /// The oldest.
  private func nextWithoutKey(from address: String, upTo lastOrder: Int) -> CInt? {
    standing.filter {
      $0.value.admission == nil && $0.value.address == address && $0.value.order <= lastOrder
    }.min { $0.value.order < $1.value.order }?.key
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
