/// What shall go wrong with the packets of a stream, and how often.
public struct FaultPlan: Sendable, Equatable {
  /// The chance that a packet is lost.
  public var dropProbability: Double
  /// The chance that a packet is sent twice.
  public var duplicateProbability: Double
  /// The chance that a packet is held back and sent after one to `reorderDistance` later ones.
  public var reorderProbability: Double
  public var reorderDistance: Int
  /// By how much the gateway's clock runs fast (or slow, below 0) against its samples.
  public var clockDriftPartsPerMillion: Double
  public var leadOff: [LeadOff]
  public var seed: UInt64

  /// A stretch in which a lead is off.
  public struct LeadOff: Sendable, Equatable {
    /// How the gateway shows it.
    public enum Signal: String, Sendable, Equatable, CaseIterable {
      /// Samples marked as missing.
      case missing
      /// The amplifier at its positive limit.
      case rail
      /// Zero millivolts.
      case flat
    }

    public var start: Int64
    public var length: Int64
    /// The lead's place in the packet; nil for every lead.
    public var lead: Int?
    public var signal: Signal

    public init(start: Int64, length: Int64, lead: Int? = nil, signal: Signal = .missing) {
      precondition(length >= 0)
      self.start = start
      self.length = length
      self.lead = lead
      self.signal = signal
    }

    func covers(_ sample: Int64, lead: Int) -> Bool {
      (self.lead == nil || self.lead == lead) && sample >= start && sample - start < length
    }
  }

  public init(
    dropProbability: Double = 0, duplicateProbability: Double = 0, reorderProbability: Double = 0,
    reorderDistance: Int = 3, clockDriftPartsPerMillion: Double = 0, leadOff: [LeadOff] = [],
    seed: UInt64 = 0
  ) {
    for probability in [dropProbability, duplicateProbability, reorderProbability] {
      precondition((0...1).contains(probability))
    }
    precondition(reorderDistance >= 1)
    self.dropProbability = dropProbability
    self.duplicateProbability = duplicateProbability
    self.reorderProbability = reorderProbability
    self.reorderDistance = reorderDistance
    self.clockDriftPartsPerMillion = clockDriftPartsPerMillion
    self.leadOff = leadOff
    self.seed = seed
  }
}
