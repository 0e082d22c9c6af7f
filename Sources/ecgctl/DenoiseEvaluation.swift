import ECGCore
import ECGModel
import ECGMonitor
import ECGRecords
import ECGSignal
import Glibc

/// How well a denoiser does beside the band-pass alone: output signal-to-noise ratios by noise and
/// level, and of normal and ventricular beats apart.
///
/// The reference is the conditioned clean record. Noise comes from the second halves of the noise
/// records: the shipped denoiser was trained with the first.
struct DenoiseEvaluation {
  private let denoiser: Denoiser
  private let leads: [String]
  private let seed: UInt64

  static let levels = [0.0, 6, 12, 24]
  /// What is judged: five minutes from the fifth on, so that every record has as much.
  private static let startSeconds = 300.0
  private static let seconds = 300.0
  private static let beforeBeat = 0.25
  private static let afterBeat = 0.5

  init(_ denoiser: Denoiser, leads: [String], seed: UInt64) {
    self.denoiser = denoiser
    self.leads = leads
    self.seed = seed
  }

  /// Sums over judged samples.
  private struct Sums {
    var signal = 0.0
    var bandPass = 0.0
    var cleaned = 0.0

    mutating func add(_ clean: Float, _ noisy: Float, _ out: Float) {
      signal += Double(clean * clean)
      bandPass += Double((noisy - clean) * (noisy - clean))
      cleaned += Double((out - clean) * (out - clean))
    }

    var decibels: (bandPass: Double, cleaned: Double)? {
      guard signal > 0, bandPass > 0 else { return nil }
      return (
        10 * log10(signal / bandPass), 10 * log10(signal / max(cleaned, 1e-12 * signal))
      )
    }
  }

  /// Means over records.
  private struct Row {
    var bandPass: [Double] = []
    var cleaned: [Double] = []
    var normal: [Double] = []
    var ventricular: [Double] = []
  }

  func run(_ records: [String], noise: [String]) throws {
    let names = noise.map { String($0.split(separator: "/").last!) }
    var kinds = try zip(names, noise).map { ($0, try DenoiseNoise([$1], half: .second)) }
    if noise.count > 1 { kinds.append(("mix", try DenoiseNoise(noise, half: .second))) }
    var rows = kinds.map { _ in Self.levels.map { _ in Row() } }
    for (number, record) in records.enumerated() {
      try add(record, number: number, kinds, to: &rows)
      StandardError.write("\(number + 1)/\(records.count) \(record)\n")
    }
    report(kinds.map(\.0), rows)
  }

  private func add(
    _ path: String, number: Int, _ kinds: [(String, DenoiseNoise)], to rows: inout [[Row]]
  ) throws {
    guard let lead = Denoise.lead(leads, of: try WFDBRecord(path: path).recording) else { return }
    let beats = try AnnotationFile(path: path + ".atr").inFrames(
      sampleRateHz: lead.sampleRate.hertz
    ).classifiedBeats
    let start = min(lead.samples.count, lead.sampleRate.samples(seconds: Self.startSeconds - 20))
    let end = min(
      lead.samples.count, start + lead.sampleRate.samples(seconds: Self.seconds + 20))
    guard end > start else { return }
    let samples = Array(lead.samples[start..<end])
    let clean = try CleanedRecord(samples, rate: lead.sampleRate, denoiser).filtered
    let classes = marks(beats, count: clean.count, lead.sampleRate, from: start)
    // The whole lead's power: what the ratio is said of.
    let variance = DenoiseNoise.variance(lead.samples[...])
    for (k, kind) in kinds.enumerated() {
      for (l, level) in Self.levels.enumerated() {
        let added = kind.1.noise(
          count: samples.count, rate: lead.sampleRate, variance: variance, decibels: level,
          seed: seed &+ UInt64(number))
        let noisy = zip(samples, added).map { $0 + $1 }
        let out = try CleanedRecord(noisy, rate: lead.sampleRate, denoiser)
        judge(clean, out, classes, into: &rows[k][l])
      }
    }
  }

  /// For each sample the class of the beat around it.
  private func marks(
    _ beats: [ECGRecords.Beat], count: Int, _ rate: SampleRate, from first: Int
  ) -> [BeatClass?] {
    var marks = [BeatClass?](repeating: nil, count: count)
    let output = denoiser.manifest.sampleRate
    for beat in beats {
      let place = Int(Double(beat.sample - Int64(first)) * output.hertz / rate.hertz)
      let start = place - output.samples(seconds: Self.beforeBeat)
      let end = place + output.samples(seconds: Self.afterBeat)
      for i in (start..<end).clamped(to: 0..<count) { marks[i] = beat.beatClass }
    }
    return marks
  }

  private func judge(
    _ clean: [Float], _ out: CleanedRecord, _ classes: [BeatClass?], into row: inout Row
  ) {
    var (all, normal, ventricular) = (Sums(), Sums(), Sums())
    let runUp = out.rate.samples(seconds: 20)
    for i in runUp..<max(runUp, clean.count) {
      all.add(clean[i], out.filtered[i], out.cleaned[i])
      switch classes[i] {
      case .normal: normal.add(clean[i], out.filtered[i], out.cleaned[i])
      case .ventricular: ventricular.add(clean[i], out.filtered[i], out.cleaned[i])
      default: break
      }
    }
    guard let decibels = all.decibels else { return }
    row.bandPass.append(decibels.bandPass)
    row.cleaned.append(decibels.cleaned)
    if let n = normal.decibels, let v = ventricular.decibels {
      row.normal.append(n.cleaned)
      row.ventricular.append(v.cleaned)
    }
  }

  private func report(_ kinds: [String], _ rows: [[Row]]) {
    func mean(_ values: [Double]) -> Double {
      values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
    func column(_ text: String) -> String {
      String(repeating: " ", count: max(0, 12 - text.utf8.count)) + text
    }
    print("output signal-to-noise ratio in dB, mean over records; N and V beats, cleaned, where a")
    print("record has both")
    print(
      ["noise", "level", "band-pass", "cleaned", "gain", "N beats", "V beats"].map(column)
        .joined())
    for (k, kind) in kinds.enumerated() {
      for (l, level) in Self.levels.enumerated() {
        let row = rows[k][l]
        let (before, after) = (mean(row.bandPass), mean(row.cleaned))
        let numbers = [before, after, after - before, mean(row.normal), mean(row.ventricular)]
        print(
          (["\(kind)", "\(Int(level)) dB"] + numbers.map { decimals($0, 2) }).map(column).joined())
      }
    }
  }
}
