import ECGCore
import ECGModel
import ECGPipeline
import ECGWire

extension StreamExplanation {
  /// From a round's answers; nil where no shard has a picture of the stream.
  init?(_ question: StatusQuestion, of name: String, _ standing: StatusReport.Stream?) {
    let pictures = question.shards.lazy.compactMap { $0 }.flatMap(\.pictures)
    guard let standing, let picture = pictures.first(where: { $0.0.stream.name == name })?.1
    else { return nil }
    self.init(
      stream: standing, rateHz: BeatExcerpt.sampleRateHz, samplesBefore: BeatExcerpt.before,
      references: picture.references.map {
        Reference(index: $0.index, share: Double($0.share), shape: Self.rounded($0.shape))
      },
      trend: Trend(
        samples: picture.trend.map(\.sample.rawValue),
        scores: Self.rounded(picture.trend.map(\.score)),
        limits: Self.rounded(picture.trend.map(\.limit))),
      lastAbnormal: picture.lastAbnormal.map(Self.beat))
  }

  private static func beat(_ beat: StreamPicture.Beat) -> Beat {
    Beat(
      sample: beat.sample.rawValue, score: Double(beat.score), limit: Double(beat.limit),
      explanation: AlertEvent.Explanation(beat.explanation), window: rounded(beat.window),
      reconstruction: rounded(beat.reconstruction), reference: rounded(beat.reference))
  }

  /// Four decimals are more than a picture shows.
  private static func rounded(_ values: [Float]) -> [Double] {
    values.map { (Double($0) * 10_000).rounded() / 10_000 }
  }
}
