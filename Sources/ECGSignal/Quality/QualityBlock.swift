import ECGCore

/// What is kept of 1/8 s of one lead.
struct QualityBlock: Sendable {
  var count: UInt16 = 0
  var missing: UInt16 = 0
  var still: UInt16 = 0
  var railed: UInt16 = 0
  /// Sum of squared second differences of the unfiltered signal: high frequencies.
  var bendPower: Float = 0
  /// Sum of products of second differences three samples apart: large for a tone at a mains
  /// frequency, small for noise.
  var tone: Float = 0
  /// Sum of the filtered signal: its mean follows slow movement.
  var sum: Float = 0
  var unfilteredSum: Float = 0
  var least: Float = .infinity
  var most: Float = -.infinity

  var mean: Float { count > 0 ? sum / Float(count) : 0 }
  var unfilteredMean: Float { count > 0 ? unfilteredSum / Float(count) : 0 }
  var bend: Float { count > 0 ? (bendPower / Float(count)).squareRoot() : 0 }
  var range: Float { count > 0 ? most - least : 0 }

  mutating func add(
    filtered: Float, unfiltered: Float, bend: Float, earlier: Float, isMissing: Bool,
    still newlyStill: UInt16, railed newlyRailed: UInt16
  ) {
    count += 1
    missing += isMissing ? 1 : 0
    still += newlyStill
    railed += newlyRailed
    bendPower += bend * bend
    tone += bend * earlier
    sum += filtered
    unfilteredSum += unfiltered
    least = min(least, filtered)
    most = max(most, filtered)
  }
}

extension QualityBlock: Checkpointed {
  mutating func code(_ state: inout StateCoder) {
    state.field(1, &count)
    state.field(2, &missing)
    state.field(3, &still)
    state.field(4, &railed)
    state.field(5, &bendPower)
    state.field(6, &sum)
    state.field(7, &unfilteredSum)
    state.field(8, &least)
    state.field(9, &most)
    state.field(10, &tone)
  }
}
