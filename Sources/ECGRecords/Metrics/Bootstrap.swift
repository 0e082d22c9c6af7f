/// Percentile intervals of figures by drawing patients with replacement (Efron, 1979): patients
/// differ more than their beats, so beats are never drawn.
public struct Bootstrap: Sendable {
  /// A figure's interval.
  public struct Interval: Sendable, Equatable {
    public var low: Double
    public var high: Double

    public init(low: Double, high: Double) {
      self.low = low
      self.high = high
    }
  }

  public static let defaultDraws = 1000
  /// The part of the draws that lies within the interval.
  public static let confidence = 0.95

  /// For each draw how often each patient is in it.
  public let draws: [[Int]]

  /// - Parameter patients: records of one patient that are to be drawn together have the same
  ///   number; the numbers of all are below the count of patients.
  public init(patients: [Int], draws count: Int = Self.defaultDraws, seed: UInt64 = 1) {
    let patientCount = (patients.max() ?? -1) + 1
    var random = SeededRandom(seed: seed)
    draws = (0..<count).map { _ in
      var times = [Int](repeating: 0, count: patientCount)
      for _ in 0..<patientCount { times[random.index(below: patientCount)] += 1 }
      return patients.map { times[$0] }
    }
  }

  /// The interval of each value that `figures` gives for a draw; nil where no draw has the value,
  /// or where there is one patient only.
  public func intervals(_ figures: ([Int]) -> [Double?]) -> [Interval?] {
    guard let first = draws.first, first.count > 1 else { return [] }
    let rows = draws.map(figures)
    return rows[0].indices.map { column in
      let values = rows.compactMap { $0[column] }
      let tail = (1 - Self.confidence) / 2
      guard let low = Quantile.of(values, tail), let high = Quantile.of(values, 1 - tail) else {
        return nil
      }
      return Interval(low: low, high: high)
    }
  }
}
