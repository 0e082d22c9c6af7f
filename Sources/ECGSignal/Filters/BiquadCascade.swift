public import ECGCore

/// Second-order sections in series, at most `maximumSections`, held in place.
public struct BiquadCascade: Sendable {
  public static let maximumSections = 8

  private var sections: InlineArray<8, Biquad>
  public let count: Int

  /// Too small to matter beside a microvolt, and large enough that a filter which rings out over
  /// an exactly constant input never computes with denormal numbers, which are slow.
  @usableFromInline static let antiDenormal = 1e-30

  public init(_ coefficients: [BiquadCoefficients]) {
    precondition(coefficients.count <= Self.maximumSections)
    sections = InlineArray(repeating: .identity)
    count = coefficients.count
    for i in 0..<count { sections[i] = Biquad(coefficients[i]) }
  }

  @inline(__always)
  public mutating func process(_ x: Double) -> Double {
    var y = x + Self.antiDenormal
    for i in 0..<count { y = sections[i].process(y) }
    return y
  }

  /// Filters `signal` in place; the same as sample by sample, save that the samples between
  /// calls are rounded to Float.
  public mutating func process(_ signal: inout MutableSpan<Float>) {
    for i in 0..<signal.count { signal[i] = Float(process(Double(signal[i]))) }
  }

  /// Back to rest: as if the input had always been zero.
  public mutating func reset() {
    for i in 0..<count { sections[i].reset() }
  }

  /// As if the input had always been `x`; returns the constant output that goes with it.
  @discardableResult
  public mutating func prime(at x: Double) -> Double {
    var y = x
    for i in 0..<count { y = sections[i].prime(at: y) }
    return y
  }
}

extension BiquadCascade: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    for i in 0..<count { state.group(UInt8(i), &sections[i]) }
  }
}
