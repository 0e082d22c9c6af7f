public import ECGCore

/// A recorded ECG, whatever file or model it came from: named leads with their samples.
public struct Recording: Sendable {
  public let name: String
  /// The rate of the recording's frames; a lead with several samples a frame has its own rate.
  public let sampleRate: SampleRate
  public let leads: [RecordedLead]

  public init(name: String, sampleRate: SampleRate, leads: [RecordedLead]) {
    self.name = name
    self.sampleRate = sampleRate
    self.leads = leads
  }

  /// The length of the longest lead that is sampled at the recording's own rate.
  public var sampleCount: Int {
    leads.filter { $0.sampleRate == sampleRate }.map(\.samples.count).max() ?? 0
  }

  /// How many samples a lead has in each of the recording's frames.
  public func samplesPerFrame(of lead: RecordedLead) -> Int64 {
    max(1, Int64((lead.sampleRate.hertz / sampleRate.hertz).rounded()))
  }

  /// The first lead of that name, exactly, or else without regard to case.
  public func lead(named name: String) -> RecordedLead? {
    leads.first { $0.name == name }
      ?? leads.first { $0.name.lowercased() == name.lowercased() }
  }
}

/// One lead (or other signal) of a recording.
public struct RecordedLead: Sendable {
  /// The name as the source writes it; it may hold spaces, which a `Lead` on the wire cannot.
  public let name: String
  /// The unit that the source declares. Samples of any voltage are held in millivolts.
  public let unit: PhysicalUnit
  public let sampleRate: SampleRate
  /// Millivolts, or `unit` where that is no voltage. A missing sample is NaN.
  public let samples: [Float]
  /// The converter's own numbers, where the source has them.
  public let digital: DigitalSamples?

  public init(
    name: String, unit: PhysicalUnit = .millivolts, sampleRate: SampleRate, samples: [Float],
    digital: DigitalSamples? = nil
  ) {
    precondition(digital == nil || digital!.values.count == samples.count)
    self.name = name
    self.unit = unit
    self.sampleRate = sampleRate
    self.samples = samples
    self.digital = digital
  }

  public var isVoltage: Bool { unit.millivolts != nil }

  /// A voltage that is no known other signal: pressures and plethysmograms are sometimes written
  /// without a unit, which then means millivolts.
  public var isECG: Bool {
    guard isVoltage else { return false }
    // "EEG (C4-A1)", "RESP imp.", "PAP1": the first word tells, with or without its number.
    let word = name.uppercased().prefix { $0.isLetter || $0.isNumber }
    var stem = word
    while let last = stem.last, last.isNumber { stem.removeLast() }
    return !Self.otherSignals.contains(String(word)) && !Self.otherSignals.contains(String(stem))
  }

  private static let otherSignals: Set<String> = [
    "ABP", "AIRFLOW", "ART", "BP", "CO2", "CVP", "EEG", "EMG", "EOG", "ETCO2", "FLOW", "ICP",
    "NIBP", "PAP", "PLETH", "PPG", "PULSE", "RESP", "SAO2", "SO2", "SPO2",
  ]

  /// The name as it can stand on the wire: spaces and unprintable bytes become '_', cut to 16.
  public var wireName: Lead {
    let bytes = name.utf8.prefix(Lead.maximumLength).map { byte -> UInt8 in
      (0x21...0x7e).contains(byte) ? byte : UInt8(ascii: "_")
    }
    return Lead(String(decoding: bytes, as: UTF8.self)) ?? Lead("unnamed")!
  }
}

/// Samples as an analogue-to-digital converter gave them.
public struct DigitalSamples: Sendable, Equatable {
  /// The value that stands for a missing sample here, whatever the file's own code for it is.
  public static let missing = Int32.min

  public let values: [Int32]
  /// Converter units per millivolt (per physical unit where that is no voltage); never zero.
  public let gain: Float
  /// The converter's value at 0 mV.
  public let baseline: Int32

  public init(values: [Int32], gain: Float, baseline: Int32) {
    precondition(gain.isFinite)
    precondition(gain != 0)
    self.values = values
    self.gain = gain
    self.baseline = baseline
  }

  /// (value - baseline) / gain in single precision, as a receiver of int16 packets computes it, so
  /// that a recording read here and one sent as stored give the same bits; NaN where missing.
  public func physical() -> [Float] {
    let offset = Int(baseline)
    return values.map { $0 == Self.missing ? .nan : Float(Int($0) - offset) / gain }
  }

  /// True where every value that is not missing fits an int16 other than -32768, which is the
  /// int16 code for a missing sample in WFDB's format 16 and on the wire.
  public var fitsInt16: Bool {
    values.allSatisfy { $0 == Self.missing || (-32767...32767).contains($0) }
  }
}
