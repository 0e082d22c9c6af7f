public import ECGCore

extension FaultPlan {
  /// The amplifier's limit that a lead that is off may stand at.
  public static let railMillivolts: Float = 5

  /// The lead-off stretches laid over the samples of a packet.
  ///
  /// - Parameters:
  ///   - samples: one lead's millivolts in the packet.
  ///   - lead: the lead's place in the packet.
  ///   - firstSample: the number of the packet's first sample.
  public func apply(to samples: inout [Float], lead: Int, firstSample: SampleNumber) {
    guard !leadOff.isEmpty else { return }
    for i in samples.indices {
      samples[i] = sample(samples[i], lead: lead, at: firstSample.rawValue + Int64(i))
    }
  }

  /// One sample as the plan leaves it.
  public func sample(_ millivolts: Float, lead: Int, at sample: Int64) -> Float {
    for stretch in leadOff where stretch.covers(sample, lead: lead) {
      switch stretch.signal {
      case .missing: return .nan
      case .rail: return Self.railMillivolts
      case .flat: return 0
      }
    }
    return millivolts
  }

  /// What the gateway's clock says when the sample of that number is taken, in nanoseconds since
  /// the epoch: `start` at sample 0, and then too fast or too slow by the drift.
  public func deviceTimeNs(
    start: Int64, sample: SampleNumber, rate: SampleRate
  ) -> Int64 {
    let seconds = Double(sample.rawValue) / rate.hertz
    let drift = seconds * clockDriftPartsPerMillion * 1e-6
    // Whole and drifting parts apart: a day in nanoseconds keeps its last digit.
    let whole = Self.nanoseconds(sample.rawValue, millihertz: Int64(rate.millihertz))
    return start + whole + Int64((drift * 1e9).rounded())
  }

  private static func nanoseconds(_ sample: Int64, millihertz: Int64) -> Int64 {
    let seconds = sample * 1000 / millihertz
    let rest = sample * 1000 - seconds * millihertz
    return seconds * 1_000_000_000 + rest * 1_000_000_000 / millihertz
  }
}
