public import ECGCore

/// A limit in log-odds that follows one patient's own normal beats.
///
/// Patients whose normal beats score high, because they are noisy or vary, get a higher limit and
/// quiet ones a lower one, within bounds around what the model's author found for all patients:
/// an upper quantile of the patient's normal scores, tracked by the gradient of the pinball loss,
/// plus a margin. It is the control of Gibbs and Candes, "Adaptive conformal inference under
/// distribution shift", NeurIPS 2021, without labels: what counts as a normal beat is decided by
/// the caller on other grounds than the score that is limited, and the bounds keep a patient with
/// mostly abnormal beats from silencing the alarm.
public struct PatientLimit: Sendable, Equatable {
  /// How a limit follows.
  public struct Rule: Sendable, Equatable {
    /// The part of the normal beats over the tracked quantile.
    public var exceedance: Float
    /// How far the quantile falls with every normal beat under it.
    public var step: Float
    /// From the quantile to the limit.
    public var margin: Float
    /// Where the quantile begins, and the bounds of the limit.
    public var start: Float
    public var bounds: ClosedRange<Float>

    public init(
      exceedance: Float, step: Float, margin: Float, start: Float, bounds: ClosedRange<Float>
    ) {
      precondition(exceedance > 0 && exceedance < 1)
      precondition(step > 0)
      self.exceedance = exceedance
      self.step = step
      self.margin = margin
      self.start = start
      self.bounds = bounds
    }
  }

  public var rule: Rule
  /// The tracked quantile of the normal beats' scores, in log-odds.
  public private(set) var quantile: Float
  /// Normal beats that it was told of.
  public private(set) var beatCount = 0

  public init(_ rule: Rule) {
    self.rule = rule
    quantile = rule.start
  }

  public var limit: Float {
    min(max(quantile + rule.margin, rule.bounds.lowerBound), rule.bounds.upperBound)
  }

  public mutating func reset() {
    quantile = rule.start
    beatCount = 0
  }

  /// Takes the score of a beat that is normal on other grounds.
  public mutating func note(_ score: Float) {
    beatCount += 1
    // At rest the steps up of the beats over the quantile weigh as much as those down of the rest.
    quantile +=
      score > quantile
      ? rule.step * (1 - rule.exceedance) / rule.exceedance : -rule.step
    quantile = min(
      max(quantile, rule.bounds.lowerBound - rule.margin), rule.bounds.upperBound - rule.margin)
  }
}

extension PatientLimit: Checkpointed {
  public mutating func code(_ state: inout StateCoder) {
    state.field(1, &quantile)
    state.field(2, &beatCount)
  }
}
