import ECGCore

/// A plan worked out into coefficients. Immutable: make it once for each pair of a source's rate
/// and a model, and share it between leads.
public final class ConditionerDesign: Sendable {
  public let plan: ConditionerPlan
  public let kernel: ResamplerKernel
  /// At the input rate; empty or one section.
  public let notch: [BiquadCoefficients]
  /// High-pass, then low-pass, at the output rate.
  public let band: [BiquadCoefficients]

  public init(_ plan: ConditionerPlan) throws(ConditionerPlanError) {
    try Self.check(plan)
    self.plan = plan
    kernel = ResamplerKernel(from: plan.inputRate, to: plan.outputRate)
    notch =
      plan.notchHz.map {
        [MainsNotch.section(frequencyHz: $0, rateHz: plan.inputRate.hertz)]
      } ?? []
    let rateHz = plan.outputRate.hertz
    let high = plan.highPass.map {
      Butterworth.highPass(order: $0.order, cutoffHz: $0.hertz, rateHz: rateHz)
    }
    let low = plan.lowPass.map {
      Butterworth.lowPass(order: $0.order, cutoffHz: $0.hertz, rateHz: rateHz)
    }
    band = (high ?? []) + (low ?? [])
  }

  /// The input samples that must follow an output's position before it comes out. Outputs are
  /// not shifted by it: see `inputPosition(ofOutput:)`.
  public var delayInputSamples: Int { kernel.delayInputSamples }

  /// The input sample that an output stands for, both counted from the first sample after reset.
  public func inputPosition(ofOutput m: Int64) -> Int64 { kernel.inputPosition(ofOutput: m) }

  /// How much later than its position a wave of `frequencyHz` appears in the output, in input
  /// samples: the group delay of the notch and of the causal band filters.
  public func shiftInputSamples(atHz frequencyHz: Double) -> Double {
    let atOutput = FrequencyResponse(
      of: band, frequencyHz: frequencyHz, rateHz: plan.outputRate.hertz)
    let atInput = FrequencyResponse(
      of: notch, frequencyHz: frequencyHz, rateHz: plan.inputRate.hertz)
    return atInput.delaySamples
      + atOutput.delaySamples * plan.inputRate.hertz / plan.outputRate.hertz
  }

  /// From a wave of `frequencyHz` at the input to the same wave at the output, in input samples.
  public func totalDelayInputSamples(atHz frequencyHz: Double) -> Double {
    Double(delayInputSamples) + shiftInputSamples(atHz: frequencyHz)
  }

  private static func check(_ plan: ConditionerPlan) throws(ConditionerPlanError) {
    let rates = SampleRate.accepted
    guard rates.contains(plan.inputRate) else {
      throw .inputRate(plan.inputRate, expected: rates)
    }
    guard rates.contains(plan.outputRate) else {
      throw .outputRate(plan.outputRate, expected: rates)
    }
    let half = plan.outputRate.hertz / 2
    if let edge = plan.highPass {
      guard edge.hertz > 0, edge.hertz < half else {
        throw .highPassHz(edge.hertz, expectedBelowHz: half)
      }
      guard Butterworth.orders.contains(edge.order) else {
        throw .highPassOrder(edge.order, expected: Butterworth.orders)
      }
    }
    if let edge = plan.lowPass {
      guard edge.hertz > 0, edge.hertz < half else {
        throw .lowPassHz(edge.hertz, expectedBelowHz: half)
      }
      guard Butterworth.orders.contains(edge.order) else {
        throw .lowPassOrder(edge.order, expected: Butterworth.orders)
      }
    }
    if let notchHz = plan.notchHz {
      let halfInput = plan.inputRate.hertz / 2
      guard notchHz > 0, notchHz < halfInput else {
        throw .notchHz(notchHz, expectedBelowHz: halfInput)
      }
    }
  }
}
