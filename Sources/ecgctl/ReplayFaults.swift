import ArgumentParser
import ECGCore
import ECGRecords
import ECGWire

/// What shall go wrong on the way.
struct ReplayFaults: ParsableArguments {
  @Option(help: "The chance that a packet is lost.")
  var drop = 0.0

  @Option(help: "The chance that a packet is sent twice.")
  var duplicate = 0.0

  @Option(help: "The chance that a packet is sent after later ones.")
  var reorder = 0.0

  @Option(
    help: ArgumentHelp(
      "Seconds START:DURATION, then :LEAD and :missing, :rail or :flat if wanted. Repeatable.",
      valueName: "start:duration"))
  var leadOff: [LeadOffArgument] = []

  @Option(help: "A WFDB record of noise to add.", completion: .file())
  var noise: String?

  @Option(help: "The signal-to-noise ratio in dB for --noise.")
  var snr: Double?

  @Option(help: "Parts per million by which the gateway's clock runs fast.")
  var drift = 0.0

  @Option(help: "The seed of every fault and of a synthetic recording.")
  var seed: UInt64 = 1

  func validateTogether() throws {
    for (name, chance) in [("drop", drop), ("duplicate", duplicate), ("reorder", reorder)] {
      guard (0...1).contains(chance) else { throw ValidationError("--\(name) must be 0 to 1") }
    }
    guard (noise == nil) == (snr == nil) else {
      throw ValidationError("--noise and --snr belong together")
    }
    if let snr {
      guard (-60...120).contains(snr) else { throw ValidationError("--snr must be -60 to 120 dB") }
    }
    guard (-100_000...100_000).contains(drift) else {
      throw ValidationError("--drift must be within 100000 parts per million")
    }
  }

  func plan(_ source: ReplaySource) throws(ReplayError) -> FaultPlan {
    var stretches: [FaultPlan.LeadOff] = []
    for argument in leadOff {
      var lead: Int? = nil
      if let name = argument.lead {
        lead = source.leads.firstIndex { $0.packetLead.lead.name == name }
        guard lead != nil else { throw .usage("--lead-off: no lead \"\(name)\" is sent") }
      }
      stretches.append(
        .init(
          start: Int64(source.rate.samples(seconds: argument.start)),
          length: Int64(source.rate.samples(seconds: argument.duration)), lead: lead,
          signal: argument.signal))
    }
    return FaultPlan(
      dropProbability: drop, duplicateProbability: duplicate, reorderProbability: reorder,
      clockDriftPartsPerMillion: drift, leadOff: stretches, seed: seed)
  }

  /// A mixer for each lead sent; empty without noise.
  func mixers(input: ReplayInput, source: ReplaySource) throws(ReplayError) -> [NoiseMixer] {
    guard let noise, let snr else { return [] }
    let record: WFDBRecord
    do throws(WFDBError) { record = try WFDBRecord(path: noise) } catch { throw .init(error) }
    guard !record.leads.isEmpty else { throw .data("\(noise): no signals") }
    var mixers: [NoiseMixer] = []
    for (index, lead) in source.leads.enumerated() {
      let noiseLead = record.leads[index % record.leads.count]
      let annotated = SignalPower.qrsAmplitude(
        lead.millivolts, rate: source.rate, beats: input.beats)
      let amplitude = annotated ?? SignalPower.qrsAmplitude(lead.millivolts, rate: source.rate)
      do throws(NoiseMixer.Failure) {
        mixers.append(
          try NoiseMixer(
            noise: noiseLead.samples, noiseRate: noiseLead.sampleRate, signalRate: source.rate,
            qrsAmplitude: amplitude ?? 0, snrDecibels: snr, seed: seed))
      } catch {
        throw .data("lead \(lead.packetLead.lead), noise \(noise): \(error)")
      }
    }
    return mixers
  }
}

/// `START:DURATION[:LEAD][:missing|rail|flat]`, in seconds of the recording.
struct LeadOffArgument: ExpressibleByArgument {
  var start: Double
  var duration: Double
  var lead: String?
  var signal = FaultPlan.LeadOff.Signal.missing

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...4).contains(parts.count), let start = Double(parts[0]),
      let duration = Double(parts[1]), (0...1e9).contains(start), (0...1e9).contains(duration)
    else { return nil }
    self.start = start
    self.duration = duration
    var rest = parts.dropFirst(2)
    if let last = rest.last, let signal = FaultPlan.LeadOff.Signal(rawValue: String(last)) {
      self.signal = signal
      rest.removeLast()
    }
    guard rest.count <= 1 else { return nil }
    lead = rest.first.map(String.init)
  }
}
