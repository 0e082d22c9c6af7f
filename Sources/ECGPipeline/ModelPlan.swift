public import ECGCore
public import ECGModel
public import ECGSignal

/// A model and what it asks of the signal before it, worked out once and shared by every stream.
public struct ModelPlan: Sendable {
  public let model: Autoencoder
  public let rate: SampleRate
  public let schedule: SignalPath.Schedule
  public let settings: ScoreSettings
  let detector: QRSDesign
  let highPass: ConditionerPlan.Edge?
  let lowPass: ConditionerPlan.Edge?
  let mainsHz: Double?

  /// - Parameters:
  ///   - mainsHz: the local mains frequency, for models that want a notch; nil for none.
  ///   - learningSeconds: replaces the manifest's.
  /// - Throws: where the manifest's rule for scores is not sound.
  public init(
    _ model: Autoencoder, mainsHz: Double?, learningSeconds: Double? = nil
  ) throws(ModelError) {
    let manifest = model.manifest
    self.model = model
    rate = manifest.sampleRate
    detector = QRSDesign(rate: manifest.sampleRate)
    switch manifest.window {
    case .sliding(let length, let hop): schedule = .sliding(length: length, hop: hop)
    case .beat(let before, let after):
      schedule =
        ScoreRule.isPresent(in: manifest) ? .excerpts : .beats(before: before, after: after)
    }
    settings = try ScoreSettings(manifest, learningSeconds: learningSeconds)
    highPass = manifest.filters.highPass.map { .init(hertz: $0.hertz, order: $0.order) }
    lowPass = manifest.filters.lowPass.map { .init(hertz: $0.hertz, order: $0.order) }
    self.mainsHz = manifest.filters.mainsNotch ? mainsHz : nil
  }

  /// Nil: the model says nothing of how often its alerts are false.
  var falseAlerts: FalseAlertCalibration? {
    if case .beats(let rule) = settings.kind { rule.falseAlerts } else { nil }
  }

  /// In log-odds, added to the limits that follow a patient.
  func shift(_ settings: AlarmSettings) -> Float {
    falseAlerts?.shift(perHour: settings.falseAlertsPerHour) ?? 0
  }

  /// What is done to a lead that comes in at `inputRate`.
  public func conditioner(inputRate: SampleRate) -> ConditionerPlan {
    ConditionerPlan(
      inputRate: inputRate, outputRate: rate, highPass: highPass, lowPass: lowPass,
      // A notch at or over half the source's rate would have nothing to remove.
      notchHz: mainsHz.flatMap { $0 < inputRate.hertz / 2 ? $0 : nil })
  }
}
