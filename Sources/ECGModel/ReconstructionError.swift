/// How far a reconstruction is from its window, by a model's rule, and where most.
public struct ReconstructionError: Equatable, Sendable {
  /// The one number of the model's rule.
  public let total: Float
  /// Sum and mean of absolute differences over all samples of all leads.
  public let absoluteSum: Double
  public let squaredSum: Double
  public let count: Int
  /// The samples of the window's worst segment, counted from its first one.
  public let worst: Range<Int>
  /// That segment's part of `total`.
  public let worstError: Float

  public var absoluteMean: Double { absoluteSum / Double(count) }
  public var squaredMean: Double { squaredSum / Double(count) }

  /// The error of a window [sample][lead].
  ///
  /// - Parameter segment: samples of the worst segment; the whole window where it is shorter.
  public init(
    window: Span<Float>, reconstruction: Span<Float>, leads: Int,
    rule: ModelManifest.ErrorRule, segment: Int
  ) {
    precondition(window.count == reconstruction.count)
    precondition(window.count > 0 && window.count.isMultiple(of: leads))
    precondition(segment > 0)
    var (absolute, squared) = (0.0, 0.0)
    for i in window.indices {
      let difference = Double(window[i]) - Double(reconstruction[i])
      absolute += abs(difference)
      squared += difference * difference
    }
    absoluteSum = absolute
    squaredSum = squared
    count = window.count
    let reducer = rule.reduction == .sum ? 1 : 1 / Double(window.count)
    total = Float((rule.metric == .absolute ? absolute : squared) * reducer)

    func error(_ sample: Int) -> Double {
      var sum = 0.0
      for i in sample * leads..<(sample + 1) * leads {
        let difference = Double(window[i]) - Double(reconstruction[i])
        sum += rule.metric == .absolute ? abs(difference) : difference * difference
      }
      return sum
    }
    // A running sum: the earliest of equals wins.
    let samples = window.count / leads
    let length = min(segment, samples)
    var sum = 0.0
    for sample in 0..<length { sum += error(sample) }
    var (best, start) = (sum, 0)
    for sample in length..<samples {
      sum += error(sample) - error(sample - length)
      if sum > best { (best, start) = (sum, sample - length + 1) }
    }
    worst = start..<start + length
    worstError = Float(best * reducer)
  }

  /// Writes the trace, the absolute differences summed over the leads of each sample, into
  /// `trace`: as many numbers as a window has samples.
  public static func trace(
    window: Span<Float>, reconstruction: Span<Float>, leads: Int,
    into trace: inout MutableSpan<Float>
  ) {
    precondition(window.count == reconstruction.count)
    precondition(window.count == trace.count * leads)
    for sample in trace.indices {
      var sum: Float = 0
      for lead in 0..<leads {
        sum += abs(window[sample * leads + lead] - reconstruction[sample * leads + lead])
      }
      trace[sample] = sum
    }
  }
}

extension ModelManifest.ErrorRule {
  /// Whether an error is beyond the model's fixed limit (a NaN is); nil where it has none.
  public func isAnomalous(_ error: Float) -> Bool? { limit.map { !(Double(error) <= $0) } }
}
