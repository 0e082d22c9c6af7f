import ECGRecords
import ECGWire

/// A message on its way from a gateway to the daemon.
struct SimulatedPacket {
  let bed: Int
  let topic: [UInt8]
  let bytes: [UInt8]
  /// Why the daemon must refuse it; nil for a sound one.
  let damage: RejectReason?
}

/// Everything between the gateways and the daemon's socket: it delays, drops, doubles, reorders,
/// and falls apart.
struct SimulatedNetwork {
  private struct Flight {
    var atNs: UInt64
    var order: UInt64
    var packet: SimulatedPacket
  }

  private let plan: SimulationPlan
  private var random: SeededRandom
  /// By time of arrival.
  private var flights: [Flight] = []
  private var order: UInt64 = 0
  /// By bed: the last arrival, and until when the cable is out.
  private var lastNs: [UInt64]
  private var partitionedUntilNs: [UInt64]

  init(_ plan: SimulationPlan, seed: UInt64) {
    self.plan = plan
    random = SeededRandom(seed: seed, stream: 2)
    lastNs = [UInt64](repeating: 0, count: plan.beds)
    partitionedUntilNs = lastNs
  }

  var isEmpty: Bool { flights.isEmpty }

  /// Takes a cable out.
  mutating func partition(bed: Int, untilNs: UInt64) { partitionedUntilNs[bed] = untilNs }

  /// Takes a packet that nothing happens to, after all that is under way.
  mutating func sendSafely(_ packet: SimulatedPacket, nowNs: UInt64) {
    put(packet, max(nowNs, flights.last?.atNs ?? 0))
  }

  mutating func send(_ packet: SimulatedPacket, nowNs: UInt64) {
    let (isDropped, isDoubled) = (random.chance(plan.drop), random.chance(plan.duplicate))
    let isReordered = random.chance(plan.reorder)
    var at = nowNs + 1_000_000 + UInt64(random.index(below: 30_000_000))
    let bed = packet.bed
    if partitionedUntilNs[bed] > nowNs {
      if plan.partitionLoses { return }
      at = max(at, partitionedUntilNs[bed])
    }
    if isDropped { return }
    if isReordered {
      at += UInt64(random.index(below: 3_000_000_000))
    } else {
      // A connection keeps its order.
      at = max(at, lastNs[bed])
      lastNs[bed] = at
    }
    put(packet, at)
    if isDoubled { put(packet, at + UInt64(random.index(below: 500_000_000))) }
  }

  private mutating func put(_ packet: SimulatedPacket, _ atNs: UInt64) {
    order += 1
    let flight = Flight(atNs: atNs, order: order, packet: packet)
    var (low, high) = (0, flights.count)
    while low < high {
      let middle = (low + high) / 2
      if flights[middle].atNs <= atNs { low = middle + 1 } else { high = middle }
    }
    flights.insert(flight, at: low)
  }

  /// Hands over what has arrived; what is not taken waits, or is lost where nobody keeps it.
  mutating func deliver(nowNs: UInt64, to take: (SimulatedPacket) throws -> Bool) rethrows {
    var waiting: [Flight] = []
    var taken = 0
    while taken < flights.count, flights[taken].atNs <= nowNs {
      if try !take(flights[taken].packet), plan.gatewaysWait { waiting.append(flights[taken]) }
      taken += 1
    }
    flights.replaceSubrange(..<taken, with: waiting)
  }
}
