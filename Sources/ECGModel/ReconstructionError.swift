/// How far a reconstruction is from its window: sums over all samples of all leads.
public struct ReconstructionError: Equatable, Sendable {
  /// Sum of absolute differences.
  public let absoluteSum: Double
  /// Sum of squared differences.
  public let squaredSum: Double
  public let count: Int

  /// The error of a window; both spans have the same number of samples.
  public init(window: Span<Float>, reconstruction: Span<Float>) {
    precondition(window.count == reconstruction.count)
    precondition(window.count > 0)
    var (absolute, squared) = (0.0, 0.0)
    for i in window.indices {
      let difference = Double(window[i]) - Double(reconstruction[i])
      absolute += abs(difference)
      squared += difference * difference
    }
    absoluteSum = absolute
    squaredSum = squared
    count = window.count
  }

  /// The one number that a model's rule makes of it.
  public func value(_ rule: ModelManifest.ErrorRule) -> Double {
    let sum =
      switch rule.metric {
      case .absolute: absoluteSum
      case .squared: squaredSum
      }
    switch rule.reduction {
    case .sum: return sum
    case .mean: return sum / Double(count)
    }
  }

  /// Writes the trace, for each sample the absolute differences summed over its leads, into
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

  /// The samples of the `length` neighbours in a trace whose sum is greatest; the earliest of
  /// equals, the whole trace where it is shorter.
  public static func worstSegment(of trace: Span<Float>, length: Int) -> Range<Int> {
    precondition(length > 0)
    guard trace.count > length else { return 0..<trace.count }
    var sum = 0.0
    for i in 0..<length { sum += Double(trace[i]) }
    var (best, start) = (sum, 0)
    for i in length..<trace.count {
      sum += Double(trace[i]) - Double(trace[i - length])
      if sum > best { (best, start) = (sum, i - length + 1) }
    }
    return start..<start + length
  }
}

extension ModelManifest.ErrorRule {
  /// Whether an error is beyond the model's fixed limit; nil where it has none.
  public func isAnomalous(_ value: Double) -> Bool? { limit.map { !(value <= $0) } }
}
