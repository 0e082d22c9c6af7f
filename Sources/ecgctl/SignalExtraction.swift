import ECGCore
import ECGPipeline
import ECGRecords
import ECGSignal

/// Gathers the continuous conditioned signal of recordings, as every stage of the daemon sees it,
/// and lays it out as NumPy arrays: what a denoiser is trained on.
struct SignalExtraction {
  private let rate: SampleRate
  private(set) var archive = NumPyArchive()
  private var recordCount = 0
  private var noiseCount = 0

  init(rate: SampleRate) {
    self.rate = rate
  }

  /// Adds every lead in volts of an annotated record; returns how many.
  mutating func add(record path: String) throws -> Int {
    let leads = try WFDBRecord(path: path).leads.filter(\.isVoltage)
    for lead in leads {
      let design = try Self.design(lead.sampleRate, rate)
      let beats = try AnnotationFile(path: path + ".atr").inFrames(
        sampleRateHz: lead.sampleRate.hertz
      ).classifiedBeats
      let key = "record.\(recordCount)"
      let signal = Self.condition(lead.samples, design)
      let places = beats.map { Self.place(of: $0.sample, in: signal.count, design) }
      let amplitude = SignalPower.qrsAmplitude(
        lead.samples, rate: lead.sampleRate, beats: beats.map(\.sample))
      archive["\(key).signal"] = NumPyArray(.float32(signal))
      archive["\(key).beats"] = NumPyArray(.int64(places))
      archive["\(key).labels"] = NumPyArray(
        .int16(beats.map { Int16($0.beatClass.description.utf8.first!) }))
      archive["\(key).name"] = Self.text("\(path) \(lead.name)")
      archive["\(key).power"] = NumPyArray(
        .float64([SignalPower.power(qrsAmplitude: amplitude ?? 0), Self.variance(lead.samples)]))
      recordCount += 1
    }
    return leads.count
  }

  /// Adds every lead of a record of pure noise.
  mutating func add(noise path: String) throws {
    for lead in try WFDBRecord(path: path).leads {
      let key = "noise.\(noiseCount)"
      let design = try Self.design(lead.sampleRate, rate)
      archive["\(key).signal"] = NumPyArray(.float32(Self.condition(lead.samples, design)))
      archive["\(key).name"] = Self.text("\(path) \(lead.name)")
      let power = SignalPower.noisePower(lead.samples, rate: lead.sampleRate) ?? 0
      archive["\(key).power"] = NumPyArray(.float64([power, Self.variance(lead.samples)]))
      noiseCount += 1
    }
  }

  static func design(_ input: SampleRate, _ output: SampleRate) throws -> ConditionerDesign {
    try ConditionerDesign(ConditionerPlan(inputRate: input, outputRate: output))
  }

  /// The whole signal through the conditioner.
  static func condition(_ samples: [Float], _ design: ConditionerDesign) -> [Float] {
    var conditioner = Conditioner(design)
    let block = SignalPath.maximumBlock
    let room = conditioner.maximumOutputs(forInputs: block)
    var filtered = [Float](repeating: 0, count: room)
    var unfiltered = filtered
    var signal: [Float] = []
    signal.reserveCapacity(samples.count)
    for start in stride(from: 0, to: samples.count, by: block) {
      let input = samples.span.extracting(start..<min(start + block, samples.count))
      var filteredSpan = filtered.mutableSpan
      var unfilteredSpan = unfiltered.mutableSpan
      let count = conditioner.process(input, into: &filteredSpan, unfiltered: &unfilteredSpan)
      signal += filtered[..<count]
    }
    return signal
  }

  /// The output sample that stands for an input sample.
  private static func place(
    of sample: Int64, in count: Int, _ design: ConditionerDesign
  ) -> Int64 {
    let ratio = design.plan.outputRate.hertz / design.plan.inputRate.hertz
    return min(Int64(count) - 1, Int64((Double(sample) * ratio).rounded()))
  }

  /// Mean square about the mean, of the samples that are there.
  private static func variance(_ samples: [Float]) -> Double {
    let present = samples.lazy.filter { !$0.isNaN }
    let count = Double(max(1, present.count))
    let mean = present.reduce(0.0) { $0 + Double($1) } / count
    return present.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
  }

  private static func text(_ text: String) -> NumPyArray {
    NumPyArray(.int16(text.utf8.map { Int16($0) }))
  }
}
