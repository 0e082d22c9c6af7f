import ECGCore
import ECGSignal

/// Decides which lead of a stream is judged: the preferred one (number 0) as long as it is of use,
/// else the best of the others, until the preferred one has been good for a while.
///
/// Asked once a second of samples.
struct LeadWatch: Sendable {
  /// The leads of a stream that are looked at, at most.
  static let mostLeads = 3

  /// So long must the judged lead be of no use before the others are looked at, and before it is
  /// left.
  static let uselessSeconds = 3
  /// So long must a lead be good before it is judged in the place of one that is of no use.
  static let goodSeconds = 3
  /// So long must the preferred lead be good before it is judged again in the place of a good one:
  /// an electrode that comes and goes must not take the patient's judge along each time.
  static let returnSeconds = 60
  /// By so much must a lead's quality be over the least one.
  static let margin: Float = 0.1

  private(set) var judged = 0
  private var useless = 0
  private var good = InlineArray<3, Int>(repeating: 0)

  /// Whether the other leads are looked at.
  var isScouting: Bool { judged != 0 || useless >= Self.uselessSeconds }

  /// Nothing is known of the time before: samples were lost.
  mutating func interrupt() {
    useless = 0
    for i in 0..<good.count { good[i] = 0 }
  }

  /// A second has passed.
  ///
  /// - Parameters:
  ///   - quality: of the judged lead.
  ///   - others: of each lead that is looked at; nil of those that are not, or not yet known.
  ///   - least: a lower quality is of no use.
  /// - Returns: the lead to be judged from now on, where it is another one.
  mutating func process(
    quality: Quality, others: InlineArray<3, Quality?>, least: Float
  ) -> Int? {
    useless = quality.isLeadOff || quality.index < least ? useless + 1 : 0
    for i in 0..<good.count {
      let isGood = others[i].map { !$0.isLeadOff && $0.index >= least + Self.margin } ?? false
      good[i] = isGood ? good[i] + 1 : 0
    }
    guard let next = choice(others) else { return nil }
    judged = next
    interrupt()
    return next
  }

  private func choice(_ others: InlineArray<3, Quality?>) -> Int? {
    if judged != 0, good[0] >= Self.returnSeconds { return 0 }
    guard useless >= Self.uselessSeconds else { return nil }
    var best: Int?
    for i in 0..<good.count where i != judged && good[i] >= Self.goodSeconds {
      if let other = best, others[other]!.index >= others[i]!.index { continue }
      best = i
    }
    return best
  }
}

extension LeadWatch: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &judged, in: 0...(Self.mostLeads - 1))
    state.field(2, &useless, in: 0...Int.max)
    state.field(3, &good)
  }
}
