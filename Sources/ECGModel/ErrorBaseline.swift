public import ECGCore
import Glibc

/// What reconstruction errors are normal for one patient, learnt from the patient's own windows
/// without labels.
///
/// Errors are judged on a logarithmic scale. While learning, they are kept in order; then the
/// shortest interval that holds 40% of them gives centre and spread (the shorth of Andrews et
/// al., Robust Estimates of Location, 1972, with a smaller share), so that up to 60% of abnormal
/// windows cannot pull it away. Afterwards the centre follows slowly, but only by windows that
/// look normal and never further than `maximumDrift` from what was learnt.
public struct ErrorBaseline: Sendable {
  /// The shortest interval that holds this share of the windows is taken as the normal ones.
  public static let share = 0.4
  /// Half the width of the middle 40% of a normal distribution, in standard deviations.
  private static let halfWidthOfShare = 0.5244
  /// In natural logarithms: a spread below this is taken for this.
  public static let minimumSpread: Float = 0.05
  public static let maximumDrift: Float = 0.4
  /// A window moves the centre by this part of its distance.
  public static let updateRate: Float = 1 / 512

  private var sorted: [Float]
  private var count = 0
  private var learntCentre: Float = 0
  /// The centre of the logarithm of the error; meaningful once `isLearnt`.
  public private(set) var centre: Float = 0
  /// The standard deviation of the logarithm of the error; meaningful once `isLearnt`.
  public private(set) var spread: Float = 0
  public private(set) var isLearnt = false

  /// Learns from exactly `windows` windows.
  public init(windows: Int) {
    precondition(windows >= 5)
    sorted = [Float](repeating: 0, count: windows)
  }

  /// The part of the learning that is done, 0...1.
  public var progress: Double { isLearnt ? 1 : Double(count) / Double(sorted.count) }

  /// Forgets the patient.
  public mutating func reset() {
    count = 0
    isLearnt = false
  }

  /// Takes a window's reconstruction error and returns its score: how many of the patient's own
  /// standard deviations it lies over the centre. Nil while learning.
  public mutating func process(error: Float, limit: Float) -> Float? {
    let value = logf(max(error, .leastNormalMagnitude))
    guard isLearnt else {
      learn(value)
      return nil
    }
    let score = (value - centre) / spread
    if score < limit {
      let moved = centre + Self.updateRate * (value - centre)
      centre = min(max(moved, learntCentre - Self.maximumDrift), learntCentre + Self.maximumDrift)
    }
    return score
  }

  /// Inserts in order: a sort at the end would allocate.
  private mutating func learn(_ value: Float) {
    var i = count
    while i > 0, sorted[i - 1] > value {
      sorted[i] = sorted[i - 1]
      i -= 1
    }
    sorted[i] = value
    count += 1
    if count == sorted.count { finish() }
  }

  private mutating func finish() {
    let inside = max(2, Int((Double(count) * Self.share).rounded(.up)))
    var best = 0
    for i in 0...(count - inside)
    where sorted[i + inside - 1] - sorted[i] < sorted[best + inside - 1] - sorted[best] {
      best = i
    }
    learntCentre = sorted[best + inside / 2]
    centre = learntCentre
    let halfWidth = Double(sorted[best + inside - 1] - sorted[best]) / 2
    spread = max(Float(halfWidth / Self.halfWidthOfShare), Self.minimumSpread)
    isLearnt = true
  }
}

extension ErrorBaseline: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &sorted)
    state.field(2, &count, in: 0...sorted.count)
    state.field(3, &learntCentre)
    state.field(4, &centre)
    state.field(5, &spread)
    state.field(6, &isLearnt)
  }
}
