import ArgumentParser
import ECGCore
import ECGModel
import ECGMonitor
import ECGRecords
import ECGSignal
import Foundation

/// `ecgctl denoise`: the cleaned signal that the daemon's displays get, of a recording; or how good
/// it is.
struct Denoise: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "denoise",
    abstract: "Clean a recording as the daemon cleans its waveforms.",
    discussion: """
      RECORD is a WFDB record (dir/208), a CSV or NPZ file, or synthetic:SECONDS. With --evaluate \
      RECORDs are annotated WFDB records, and --noise names records of pure noise, the second \
      halves of which are mixed in at 0, 6, 12 and 24 dB.
      """)

  @Argument(help: "The recording.", completion: .file())
  var records: [String]

  @Option(help: "The denoiser's file.", completion: .file())
  var model = "Models/denoise.safetensors"

  @Option(help: "A lead's name, most wanted first; otherwise the first lead in volts.")
  var lead: [String] = ["MLII", "II", "ECG1"]

  @Option(help: "The sample rate in Hz of a CSV, NPZ or synthetic input.")
  var rate: Double?

  @Option(
    name: .shortAndLong,
    help: "Write filtered and cleaned signal: a .csv file, or else a WFDB record of that name.",
    completion: .file())
  var output: String?

  @Option(help: "Draw both to an SVG file.", completion: .file())
  var plot: String?

  @Option(help: "Where the drawing begins, in seconds.")
  var from = 0.0

  @Option(help: "How many seconds are drawn.")
  var seconds = 10.0

  @Option(
    parsing: .upToNextOption, help: "WFDB records of noise to add: each lead of each is a channel.")
  var noise: [String] = []

  @Option(help: "The signal-to-noise ratio in dB for --noise, from the raw signals' variances.")
  var snr: Double?

  @Option(help: "Where the noise begins, by chance.")
  var seed: UInt64 = 1

  @Flag(help: "Print output signal-to-noise ratios of band-pass and denoiser.")
  var evaluate = false

  func validate() throws {
    guard !records.isEmpty else { throw ValidationError("name a record") }
    guard evaluate || records.count == 1 else {
      throw ValidationError("several records only with --evaluate")
    }
    guard !evaluate || !noise.isEmpty else { throw ValidationError("--evaluate needs --noise") }
    guard evaluate || noise.isEmpty == (snr == nil) else {
      throw ValidationError("--noise and --snr belong together")
    }
  }

  func run() throws {
    do {
      let denoiser = try Denoiser(path: model)
      if evaluate {
        try DenoiseEvaluation(denoiser, leads: lead, seed: seed).run(records, noise: noise)
      } else {
        try clean(denoiser)
      }
    } catch let error as ModelError {
      try leave("\(model): \(error)", EX_DATAERR)
    } catch let error as ReplayError {
      try leave("\(error)", error.status)
    } catch let error as WFDBError {
      try leave("\(error)", EX_DATAERR)
    } catch let error as CocoaError {
      try leave("\(error.localizedDescription)", EX_CANTCREAT)
    }
  }

  private func leave(_ message: String, _ status: Int32) throws {
    StandardError.write("ecgctl: \(message)\n")
    throw ExitCode(status)
  }

  private func clean(_ denoiser: Denoiser) throws {
    let input = try ReplayInput(record: records[0], rate: rate, key: nil, seed: seed)
    guard let lead = Self.lead(lead, of: input.recording) else {
      throw ReplayError.data("\(records[0]): no lead in volts")
    }
    var samples = lead.samples
    if let snr {
      let added = try DenoiseNoise(noise, half: nil)
      samples = added.mix(samples, rate: lead.sampleRate, decibels: snr, seed: seed)
    }
    let cleaned = try CleanedRecord(samples, rate: lead.sampleRate, denoiser)
    if let output { try cleaned.write(to: output, name: lead.name) }
    if let plot {
      let noisy = snr.map { " with noise at \(Int($0)) dB" } ?? ""
      let drawing = DenoisePlot(
        title: "\(records[0]) \(lead.name)\(noisy)", rateHz: denoiser.manifest.sampleRate.hertz,
        from: from, seconds: seconds)
      try drawing.svg(cleaned, beats: input.annotations.classifiedBeats, lead)
        .write(toFile: plot, atomically: true, encoding: .utf8)
    }
    print(cleaned.summary)
  }

  /// The first wanted lead, or else the first one in volts.
  static func lead(_ names: [String], of recording: Recording) -> RecordedLead? {
    names.lazy.compactMap { recording.lead(named: $0) }.first
      ?? recording.leads.first(where: \.isVoltage)
  }
}
