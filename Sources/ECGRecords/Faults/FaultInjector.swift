/// Disturbs the order of a sequence of packets as a plan says: drops, doubles, and holds back.
///
/// Pure: the same plan, stream and sequence give the same result, and what a packet holds does
/// not matter. A packet's fate is drawn from its place in the sequence, so that, of two plans with
/// one seed, the one with the higher chance drops the same packets and more.
public struct FaultInjector<Packet>: Sendable where Packet: Sendable {
  /// How many packets met which fate.
  public struct Counts: Sendable, Equatable {
    public var offered = 0
    public var sent = 0
    public var dropped = 0
    public var duplicated = 0
    public var reordered = 0

    public init() {}
  }

  public private(set) var counts = Counts()
  private let plan: FaultPlan
  private var random: SeededRandom
  /// Packets held back, and how many later ones are still to go before each.
  private var held: [(packet: Packet, remaining: Int)] = []

  /// - Parameter stream: tells copies of one recording apart, so that each has its own faults.
  public init(_ plan: FaultPlan, stream: UInt64 = 0) {
    self.plan = plan
    random = SeededRandom(seed: plan.seed, stream: stream)
  }

  /// Takes the next packet of the sequence; calls `send` for each packet that goes out now.
  public mutating func offer<Failure: Error>(
    _ packet: Packet, send: (Packet) throws(Failure) -> Void
  ) throws(Failure) {
    counts.offered += 1
    // All three are drawn for each packet, whatever comes of them, to keep fates independent.
    let isDropped = random.chance(plan.dropProbability)
    let isDuplicated = random.chance(plan.duplicateProbability)
    let isHeld = random.chance(plan.reorderProbability)
    let distance = 1 + random.index(below: plan.reorderDistance)
    if isDropped {
      counts.dropped += 1
    } else if isHeld {
      held.append((packet, distance))
    } else {
      try emit(packet, send)
      if isDuplicated {
        counts.duplicated += 1
        try emit(packet, send)
      }
      try release(send)
    }
  }

  /// Sends what is still held back, at the sequence's end; a packet that nothing passed is not
  /// reordered.
  public mutating func finish<Failure: Error>(
    send: (Packet) throws(Failure) -> Void
  ) throws(Failure) {
    for packet in held { try emit(packet.packet, send) }
    held.removeAll()
  }

  private mutating func emit<Failure: Error>(
    _ packet: Packet, _ send: (Packet) throws(Failure) -> Void
  ) throws(Failure) {
    counts.sent += 1
    try send(packet)
  }

  /// Counts a packet that passed those held back, and sends those whose time has come.
  private mutating func release<Failure: Error>(
    _ send: (Packet) throws(Failure) -> Void
  ) throws(Failure) {
    for i in held.indices { held[i].remaining -= 1 }
    while let index = held.firstIndex(where: { $0.remaining <= 0 }) {
      let packet = held.remove(at: index).packet
      counts.reordered += 1
      try emit(packet, send)
    }
  }
}
