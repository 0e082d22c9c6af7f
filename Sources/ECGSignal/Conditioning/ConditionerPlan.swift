public import ECGCore

/// What is done to one lead before anything looks at it: mains notch at the source's rate,
/// resampling, and Butterworth filters at the model's rate. A plain value, as a model's manifest
/// states it.
public struct ConditionerPlan: Hashable, Sendable {
  /// A Butterworth filter: its -3 dB frequency and order (1...8).
  public struct Edge: Hashable, Sendable {
    public var hertz: Double
    public var order: Int

    public init(hertz: Double, order: Int) {
      self.hertz = hertz
      self.order = order
    }
  }

  public var inputRate: SampleRate
  public var outputRate: SampleRate
  /// Against baseline wander; nil leaves it in.
  public var highPass: Edge?
  /// Against muscle noise; nil leaves it in.
  public var lowPass: Edge?
  /// The mains frequency to remove, 50 or 60; nil removes none.
  public var notchHz: Double?

  public init(
    inputRate: SampleRate, outputRate: SampleRate,
    highPass: Edge? = Edge(hertz: 0.5, order: 2), lowPass: Edge? = Edge(hertz: 40, order: 2),
    notchHz: Double? = nil
  ) {
    self.inputRate = inputRate
    self.outputRate = outputRate
    self.highPass = highPass
    self.lowPass = lowPass
    self.notchHz = notchHz
  }
}

/// Why a plan cannot be carried out: the field at fault and what it must be.
public enum ConditionerPlanError: Error, Hashable, Sendable {
  case inputRate(SampleRate, expected: ClosedRange<SampleRate>)
  case outputRate(SampleRate, expected: ClosedRange<SampleRate>)
  case highPassHz(Double, expectedBelowHz: Double)
  case lowPassHz(Double, expectedBelowHz: Double)
  case notchHz(Double, expectedBelowHz: Double)
  case highPassOrder(Int, expected: ClosedRange<Int>)
  case lowPassOrder(Int, expected: ClosedRange<Int>)
}
