/// The blocks of one window, gathered into a quality.
struct QualityMeasures {
  /// Noise is measured over this long: several beats, so that the quiet stretches between them
  /// and the loud ones in them can be told apart.
  static let contextSeconds = 4.0
  private static let capacity = 64

  private let blockLength: Int
  private var samples = 0
  private var missing = 0
  private var still = 0
  private var railed = 0
  private var bends = InlineArray<64, Float>(repeating: 0)
  private var moves = InlineArray<64, Float>(repeating: 0)
  private var ranges = InlineArray<64, Float>(repeating: 0)
  private var tones = InlineArray<64, Float>(repeating: 0)
  private var jumps: Float = 0
  /// The largest step between neighbouring levels, and the extremes of the levels, in the context.
  private var step: Float = 0
  private var lowest = Float.infinity
  private var highest = -Float.infinity
  private var count = 0
  private var means = (Float(0), Float(0))
  private var lastLevel: Float = 0

  init(blockLength: Int) {
    self.blockLength = blockLength
  }

  mutating func add(_ block: QualityBlock, inWindow: Bool) {
    if inWindow {
      samples += Int(block.count)
      missing += Int(block.missing)
      still += Int(block.still)
      railed += Int(block.railed)
    }
    // The newest blocks of a long window speak for its noise.
    let place = count % Self.capacity
    bends[place] = block.bend
    tones[place] = block.bendPower > 0 ? block.tone / block.bendPower : 0
    if count > 0 { step = max(step, abs(block.unfilteredMean - lastLevel)) }
    lowest = min(lowest, block.unfilteredMean)
    highest = max(highest, block.unfilteredMean)
    ranges[place] = block.range
    moves[place] = count > 1 ? abs(block.mean - means.0) : 0
    if inWindow, count > 0 { jumps = max(jumps, abs(block.unfilteredMean - lastLevel)) }
    means = (block.mean, means.0)
    lastLevel = block.unfilteredMean
    count += 1
  }

  var quality: Quality {
    guard samples > 0 else { return Quality(index: 0, reason: .missing) }
    let whole = Float(samples)
    let size = max(Self.quantile(ranges, count, 0.95), 0.05)
    let muscle = Self.quantile(bends, count, 0.4) / size
    let motion = Self.quantile(moves, count, 0.6) / size
    let factors: [5 of (Float, Quality.Reason)] = [
      (Self.remaining(Float(missing) / whole, tolerated: 0.02, useless: 0.3), .missing),
      (
        Self.remaining(
          max(0, Float(still - railed)) / whole, tolerated: 0.5, useless: 0.95), .flat
      ),
      (Self.remaining(Float(railed) / whole, tolerated: 0.02, useless: 0.3), .saturated),
      (Self.damped(muscle, half: 0.12), .muscle),
      (
        min(Self.damped(motion, half: 0.25), Self.damped(jumps / size, half: 4)), .motion
      ),
    ]
    var index: Float = 1
    var worst: (Float, Quality.Reason) = (0.8, .good)
    for i in 0..<factors.count {
      index *= factors[i].0
      if factors[i].0 < worst.0 { worst = factors[i] }
    }
    return Quality(index: index, reason: named(worst.1))
  }

  /// The cause more exactly: a tone is the mains, and a swing without steps is wander.
  private func named(_ reason: Quality.Reason) -> Quality.Reason {
    switch reason {
    case .muscle: return isTone ? .mains : .muscle
    case .motion: return step < Self.smoothStep * (highest - lowest) ? .wander : .motion
    case .good, .missing, .flat, .saturated, .mains, .wander: return reason
    }
  }

  /// Whether the quieter half of the blocks, those between the beats, are one tone.
  private var isTone: Bool {
    let quiet = Self.quantile(bends, count, 0.5)
    var sum: Float = 0
    var blocks = 0
    for i in 0..<min(count, Self.capacity) where bends[i] <= quiet {
      sum += tones[i]
      blocks += 1
    }
    return blocks > 0 && abs(sum) / Float(blocks) > Self.toneCorrelation
  }

  /// A sine of half a hertz moves a fifth of its range in one block; a jump moves all of it.
  private static let smoothStep: Float = 0.35
  /// Of second differences three samples apart: about 0.5 for 50 Hz and 0.8 for 60 Hz at 128 Hz,
  /// none for noise.
  private static let toneCorrelation: Float = 0.3

  /// 1 up to `tolerated`, 0 from `useless` on.
  private static func remaining(_ x: Float, tolerated: Float, useless: Float) -> Float {
    min(1, max(0, (useless - x) / (useless - tolerated)))
  }

  /// 1 at 0, one half at `half`, falling towards 0.
  private static func damped(_ x: Float, half: Float) -> Float {
    1 / (1 + (x / half) * (x / half))
  }

  /// The value that a share of the first `count` are not above.
  private static func quantile(
    _ values: borrowing InlineArray<64, Float>, _ count: Int, _ share: Float
  ) -> Float {
    let n = min(count, capacity)
    guard n > 0 else { return 0 }
    let rank = min(n - 1, Int(share * Float(n)))
    let values = values.span
    func eight(_ start: Int) -> SIMD8<Float> {
      var eight = SIMD8<Float>(repeating: .infinity)
      for lane in 0..<min(8, n - start) { eight[lane] = values[start + lane] }
      return eight
    }
    // The greatest of the values that `rank` others at most are below. n is 64 at most, and eight
    // are compared at once: no sort is faster, and none takes the same time always.
    var found = SIMD8<Float>(repeating: -.infinity)
    var start = 0
    while start < n {
      let candidates = eight(start)
      // A lane of a mask is -1 where it is true.
      var below = SIMD8<Int32>()
      for i in 0..<n {
        let isBelow = SIMD8<Float>(repeating: values[i]) .< candidates
        below &-= unsafe unsafeBitCast(isBelow, to: SIMD8<Int32>.self)
      }
      let isLowEnough = below .<= Int32(rank)
      found.replace(with: candidates, where: isLowEnough .& (candidates .> found))
      start += 8
    }
    return found.max()
  }
}
