import ECGCore
import ECGRecords
import ECGSignal
import Glibc

/// Noise records to be mixed into a clean one, at a ratio of the raw signals' variances; several
/// records at equal powers.
struct DenoiseNoise {
  enum Half { case first, second }

  /// One for each record: its channels in millivolts.
  private let records: [[RecordedLead]]
  private let half: Half?

  /// - Parameter half: only this half of each record is used; nil uses all.
  init(_ paths: [String], half: Half?) throws {
    records = try paths.map { try WFDBRecord(path: $0).leads }
    self.half = half
  }

  /// The noise of a length, at the given ratio to a signal of that variance; from a place of the
  /// noise record that follows from the seed.
  func noise(
    count: Int, rate: SampleRate, variance: Double, decibels: Double, seed: UInt64
  ) -> [Float] {
    var random = SeededRandom(seed: seed)
    var sum = [Float](repeating: 0, count: count)
    for channels in records {
      let channel = channels[random.index(below: channels.count)]
      let all = channel.samples
      let part =
        switch half {
        case nil: all[...]
        case .first: all[..<(all.count / 2)]
        case .second: all[(all.count / 2)...]
        }
      let wanted = variance / pow(10, decibels / 10) / Double(records.count)
      let gain = Float((wanted / Self.variance(part)).squareRoot())
      let start = random.index(below: part.count)
      let ratio = channel.sampleRate.hertz / rate.hertz
      for i in 0..<count {
        let at = Int(Double(i) * ratio)
        sum[i] += gain * part[part.startIndex + (start + at) % part.count]
      }
    }
    return sum
  }

  func mix(_ samples: [Float], rate: SampleRate, decibels: Double, seed: UInt64) -> [Float] {
    let added = noise(
      count: samples.count, rate: rate, variance: Self.variance(samples[...]),
      decibels: decibels, seed: seed)
    return zip(samples, added).map { $0 + $1 }
  }

  /// Mean square about the mean, of the samples that are there.
  static func variance(_ samples: ArraySlice<Float>) -> Double {
    let present = samples.lazy.filter { !$0.isNaN }
    let count = Double(max(1, present.count))
    let mean = present.reduce(0.0) { $0 + Double($1) } / count
    return present.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
  }
}
