public import ECGCore

/// Where a packet's samples lie, as its header states it.
public struct PacketPlace: Equatable, Sendable {
  public var session: UInt32
  public var sequence: UInt64
  public var first: SampleNumber
  public var count: Int

  public init(session: UInt32, sequence: UInt64, first: SampleNumber, count: Int) {
    precondition(count > 0)
    self.session = session
    self.sequence = sequence
    self.first = first
    self.count = count
  }

  public var end: SampleNumber { first + count }
}

/// Decides what a packet's samples mean to a stream: the table "What the numbers mean" of
/// Documentation/Protocol.md.
public struct Continuity: Sendable {
  public enum Verdict: Equatable, Sendable {
    /// The samples go on where the last ones ended.
    case next
    /// The first samples of the stream.
    case first
    /// `missing` samples were lost before these.
    case gap(missing: Int64)
    /// The first `known` samples had been taken already; the others go on.
    case overlap(known: Int)
    /// Another session began: nothing before is connected with these.
    case restart
    /// The last packet once more.
    case duplicate
    /// Its place has been judged already.
    case late
  }

  private var session: UInt32 = 0
  private var lastSequence: UInt64 = 0
  /// The number of the next sample expected; nil before the first packet.
  public private(set) var expected: SampleNumber?

  public init() {}

  /// Judges a packet, and takes it as taken unless it is a duplicate or late.
  public mutating func take(_ place: PacketPlace) -> Verdict {
    let verdict = judge(place)
    switch verdict {
    case .next, .first, .gap, .overlap, .restart:
      session = place.session
      lastSequence = place.sequence
      expected = place.end
    case .duplicate, .late: break
    }
    return verdict
  }

  private func judge(_ place: PacketPlace) -> Verdict {
    guard let expected else { return .first }
    guard place.session == session else { return .restart }
    if place.first == expected { return .next }
    if place.first > expected { return .gap(missing: place.first - expected) }
    if place.end > expected { return .overlap(known: Int(expected - place.first)) }
    return place.sequence == lastSequence ? .duplicate : .late
  }

  /// Whether a packet brings samples that were not taken yet.
  public func isNews(_ place: PacketPlace) -> Bool {
    switch judge(place) {
    case .next, .first, .gap, .overlap, .restart: true
    case .duplicate, .late: false
    }
  }

  /// Forgets the stream's place; the next packet is its first.
  public mutating func reset() { expected = nil }
}

extension Continuity: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &session)
    state.field(2, &lastSequence)
    state.field(3, &expected)
  }
}
