import ECGCore
import ECGRecords
import ECGWire

/// The hearts of a ward that is soaked: synthetic ones with ectopic beats, noise and leads that come
/// off, and the first lead of real records, played round and round.
struct SoakHearts {
  struct Heart {
    let rate: SampleRate
    /// 200 units a millivolt, -32768 where missing.
    let units: [Int16]
  }

  let hearts: [Heart]
  static let unitsPerMillivolt: Float = 200
  static let syntheticCount = 24
  /// The seam, when a heart goes round, is one odd beat.
  private static let secondsOfEach = 600.0

  init(_ rate: SampleRate, records: [String]) throws(ReplayError) {
    var hearts = (0..<Self.syntheticCount).map { number in
      var parameters = SyntheticParameters(
        seconds: Self.secondsOfEach, seed: UInt64(number) &* 7919 &+ 1)
      parameters.sampleRate = rate
      parameters.heartRateBpm = 60 + 30 * Double(number) / Double(Self.syntheticCount - 1)
      let lead = SyntheticECG(parameters).recording.leads[0]
      return Heart(rate: rate, units: Self.units(lead.samples))
    }
    for path in try RecordList.expand(records) {
      let recording: Recording
      do {
        recording = try WFDBRecord(path: path).recording
      } catch { throw .data("\(path): \(error)") }
      guard let lead = recording.leads.first(where: \.isECG),
        SampleRate.accepted.contains(lead.sampleRate)
      else { continue }
      let count = lead.sampleRate.samples(seconds: Self.secondsOfEach)
      hearts.append(
        Heart(rate: lead.sampleRate, units: Self.units(Array(lead.samples.prefix(count)))))
    }
    self.hearts = hearts
  }

  private static func units(_ millivolts: [Float]) -> [Int16] {
    millivolts.map { value in
      guard !value.isNaN else { return SampleFormat.missing }
      return Int16(min(max((value * unitsPerMillivolt).rounded(), -32767), 32767))
    }
  }
}
