import ECGCore
import ECGRecords

/// The hearts that a bench plays: synthetic ECG with ectopic beats, each unlike the others.
///
/// There are fewer hearts than beds, because making them takes longer than judging them; beds of
/// the same heart are apart in time, so that their beats do not fall together.
struct PipelineSignals {
  static let heartCount = 48
  /// Beds of the same heart begin this much apart.
  private static let stagger = 0.37
  private static let staggerCount = 97
  static let unitsPerMillivolt: Float = 200

  let rate: SampleRate
  /// [heart][sample], 200 units a millivolt.
  private let hearts: [[Int16]]

  /// Beds from this number on have hearts without ectopic beats, and nothing disturbs them.
  private let calmFrom: Int

  /// Hearts of about 75 beats a minute that go on for `seconds`, wherever a bed begins.
  init(rate: SampleRate, seconds: Double, beds: Int, calmFrom: Int = .max) {
    self.calmFrom = calmFrom
    self.rate = rate
    let longest = Double(Self.staggerCount) * Self.stagger
    let kinds = beds > calmFrom ? 2 : 1
    hearts = (0..<(min(beds, Self.heartCount) * kinds)).map { number in
      let heart = number % Self.heartCount
      var parameters = SyntheticParameters(
        seconds: seconds + longest + 1, seed: UInt64(heart) &* 7919 &+ 1)
      parameters.sampleRate = rate
      parameters.heartRateBpm = 60 + 30 * Double(heart) / Double(Self.heartCount - 1)
      if number >= Self.heartCount {
        parameters.ventricularShare = 0
        parameters.supraventricularShare = 0
        parameters.noiseEpisodesPerMinute = 0
        parameters.leadOffEpisodesPerMinute = 0
      }
      let ecg = SyntheticECG(parameters)
      return ecg.recording.leads[0].samples.map { millivolts in
        millivolts.isNaN ? Int16.min : Int16((millivolts * Self.unitsPerMillivolt).rounded())
      }
    }
  }

  /// The heart of a bed, and the sample at which the bed begins.
  func place(ofBed bed: Int) -> (heart: Int, first: Int) {
    let turn = bed / Self.heartCount
    return (
      bed >= calmFrom
        ? Self.heartCount + bed % Self.heartCount : bed % min(hearts.count, Self.heartCount),
      rate.samples(seconds: Double(turn % Self.staggerCount) * Self.stagger)
    )
  }

  /// A stretch of a bed's samples.
  func units(ofBed bed: Int, from start: Int, count: Int) -> ArraySlice<Int16> {
    let (heart, first) = place(ofBed: bed)
    return hearts[heart][(first + start)..<(first + start + count)]
  }
}
