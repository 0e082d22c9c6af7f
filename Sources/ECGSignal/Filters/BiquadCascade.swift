public import ECGCore

/// Second-order sections in series, at most `maximumSections`. Their states are held in place; the
/// coefficients are the caller's array, which all cascades of one design share.
public struct BiquadCascade: Sendable {
  public static let maximumSections = 8

  private let sections: [BiquadCoefficients]
  private var states = InlineArray<8, BiquadState>(repeating: BiquadState())

  public var count: Int { sections.count }

  /// Too small to matter beside a microvolt, and large enough that a filter which rings out over
  /// an exactly constant input never computes with denormal numbers, which are slow.
  @usableFromInline static let antiDenormal = 1e-30

  public init(_ coefficients: [BiquadCoefficients]) {
    precondition(coefficients.count <= Self.maximumSections)
    sections = coefficients
  }

  @inline(__always)
  public mutating func process(_ x: Double) -> Double {
    var y = x + Self.antiDenormal
    for i in 0..<count { y = states[i].process(y, sections[i]) }
    return y
  }

  /// Filters `signal` in place; the same as sample by sample, save that the samples between
  /// calls are rounded to Float.
  public mutating func process(_ signal: inout MutableSpan<Float>) {
    for i in 0..<signal.count { signal[i] = Float(process(Double(signal[i]))) }
  }

  /// Back to rest: as if the input had always been zero.
  public mutating func reset() {
    for i in 0..<count { states[i] = BiquadState() }
  }

  /// As if the input had always been `x`; returns the constant output that goes with it.
  @discardableResult
  public mutating func prime(at x: Double) -> Double {
    var y = x
    for i in 0..<count { y = states[i].prime(at: y, sections[i]) }
    return y
  }
}

extension BiquadCascade: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    for i in 0..<count { state.group(UInt8(i), &states[i]) }
  }
}
