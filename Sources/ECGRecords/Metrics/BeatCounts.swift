/// The counts that EC57's figures are made of: a table of reference class against detected class,
/// with the missed and the extra beats. Counts of several records add up to gross figures.
public struct BeatCounts: Sendable, Equatable {
  private static let width = BeatClass.allCases.count

  private var paired = [Int](repeating: 0, count: width * width)
  private var missedByClass = [Int](repeating: 0, count: width)
  private var extraByClass = [Int](repeating: 0, count: width)

  public init() {}

  mutating func addPair(_ reference: BeatClass, _ detected: BeatClass) {
    paired[reference.rawValue * Self.width + detected.rawValue] += 1
  }
  mutating func addMissed(_ reference: BeatClass) { missedByClass[reference.rawValue] += 1 }
  mutating func addExtra(_ detected: BeatClass) { extraByClass[detected.rawValue] += 1 }

  /// Beats of one reference class that were detected as another (or the same).
  public func pairs(reference: BeatClass, detected: BeatClass) -> Int {
    paired[reference.rawValue * Self.width + detected.rawValue]
  }
  public func missed(_ reference: BeatClass) -> Int { missedByClass[reference.rawValue] }
  public func extra(_ detected: BeatClass) -> Int { extraByClass[detected.rawValue] }

  public var truePositives: Int { paired.reduce(0, +) }
  public var falseNegatives: Int { missedByClass.reduce(0, +) }
  public var falsePositives: Int { extraByClass.reduce(0, +) }

  /// The share of reference beats that were detected, of whatever class; nil without any.
  public var sensitivity: Double? {
    Self.share(truePositives, of: truePositives + falseNegatives)
  }

  /// The share of detected beats that are beats (positive predictivity); nil without any.
  public var positivePredictivity: Double? {
    Self.share(truePositives, of: truePositives + falsePositives)
  }

  /// The share of a class's reference beats that were detected as beats; nil without any.
  public func detectionSensitivity(_ reference: BeatClass) -> Double? {
    let found = BeatClass.allCases.reduce(0) { $0 + pairs(reference: reference, detected: $1) }
    return Self.share(found, of: found + missed(reference))
  }

  /// The share of a class's reference beats that were detected and given that class.
  public func classSensitivity(_ reference: BeatClass) -> Double? {
    let found = BeatClass.allCases.reduce(0) { $0 + pairs(reference: reference, detected: $1) }
    return Self.share(
      pairs(reference: reference, detected: reference), of: found + missed(reference))
  }

  /// The share of the beats that were given a class and have it; extra beats count against it.
  public func classPositivePredictivity(_ detected: BeatClass) -> Double? {
    let given = BeatClass.allCases.reduce(0) { $0 + pairs(reference: $1, detected: detected) }
    return Self.share(pairs(reference: detected, detected: detected), of: given + extra(detected))
  }

  private static func share(_ part: Int, of whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }

  public static func + (a: BeatCounts, b: BeatCounts) -> BeatCounts {
    var sum = a
    sum += b
    return sum
  }

  public static func += (a: inout BeatCounts, b: BeatCounts) {
    for i in a.paired.indices { a.paired[i] += b.paired[i] }
    for i in a.missedByClass.indices {
      a.missedByClass[i] += b.missedByClass[i]
      a.extraByClass[i] += b.extraByClass[i]
    }
  }
}
