public import ECGCore

/// What a record's annotations say of an alert.
public struct AlertTruth: Sendable {
  public enum Verdict: Sendable, Equatable {
    case right, wrong
    /// The annotations do not tell: unclassifiable beats, or the unscored beginning.
    case unscored
  }

  private let beats: [Beat]
  private let flutter: [Range<Int64>]
  private let rhythms: [AnnotationFile.Rhythm]
  private let rate: SampleRate
  private let start: Int64
  private let margin: Int64

  public init(_ annotations: AnnotationFile, rate: SampleRate, start: Int64) {
    beats = annotations.classifiedBeats
    flutter = annotations.flutter
    rhythms = annotations.rhythms
    self.rate = rate
    self.start = start
    margin = Int64(rate.samples(seconds: BeatMatch.windowSeconds))
  }

  /// Right where what the alert claims is annotated within its evidence, from its onset to its
  /// detection; a later beat in a long alarm justifies nothing.
  public func verdict(of alert: AlertSpan) -> Verdict {
    guard alert.detection >= start else { return .unscored }
    let evidence = (alert.onset - margin)...(alert.detection + margin)
    let inside = slice(evidence)
    if claimHolds(alert, evidence, inside) { return .right }
    return inside.contains { $0.beatClass == .unknown } ? .unscored : .wrong
  }

  /// Whether no abnormal beat and no flutter is annotated within the alert's evidence.
  public func isCalm(at alert: AlertSpan) -> Bool {
    let evidence = (alert.onset - margin)...(alert.detection + margin)
    return !flutters(evidence) && !slice(evidence).contains { Self.isAbnormal($0) }
  }

  private static func isAbnormal(_ beat: Beat) -> Bool {
    ScoredBeat.Label(beat.beatClass)?.isAbnormal ?? false
  }

  private func slice(_ range: ClosedRange<Int64>) -> ArraySlice<Beat> {
    let low = beats.partitioningIndex { $0.sample >= range.lowerBound }
    let high = beats.partitioningIndex { $0.sample > range.upperBound }
    return beats[low..<high]
  }

  private func claimHolds(
    _ alert: AlertSpan, _ evidence: ClosedRange<Int64>, _ inside: ArraySlice<Beat>
  ) -> Bool {
    switch alert.name {
    case "atrialFibrillation": return fibrillates(evidence, inside)
    case "ventricularTachycardia", "ventricularRun":
      return flutters(evidence) || !VentricularRun.all(in: Array(inside)).isEmpty
    case "asystole": return pauses(evidence, seconds: 4)
    case "pause": return pauses(evidence, seconds: 2.5)
    case "extremeBradycardia":
      return flutters(evidence) || rates(inside, beats: 5).contains { $0 < 40 }
    case "extremeTachycardia":
      return flutters(evidence) || rates(inside, beats: 9).contains { $0 > 140 }
    default:
      return flutters(evidence) || inside.contains { Self.isAbnormal($0) }
    }
  }

  private func flutters(_ evidence: ClosedRange<Int64>) -> Bool {
    flutter.contains { $0.overlaps(evidence) }
  }

  /// A record without rhythms can only show the premature beats that are annotated in place of it.
  private func fibrillates(_ evidence: ClosedRange<Int64>, _ inside: ArraySlice<Beat>) -> Bool {
    guard !rhythms.isEmpty else { return inside.contains { $0.beatClass == .supraventricular } }
    return rhythms.contains {
      ["(AFIB", "(AFL"].contains($0.name) && $0.range.overlaps(evidence)
    }
  }

  /// No beat for so long. Four seconds are an asystole, and below 40 a minute over five beats is a
  /// bradycardia, by the PhysioNet/CinC Challenge 2015; its tachycardia, above 140 a minute over
  /// seventeen beats, is held to the nine that the alarm's evidence has.
  private func pauses(_ evidence: ClosedRange<Int64>, seconds: Double) -> Bool {
    let longest = Int64(rate.samples(seconds: seconds))
    var last: Int64?
    for beat in beats {
      if let last, beat.sample - last >= longest, evidence.overlaps(last...beat.sample) {
        return true
      }
      last = beat.sample
    }
    return false
  }

  /// The heart rates over so many consecutive beats.
  private func rates(_ inside: ArraySlice<Beat>, beats count: Int) -> [Double] {
    let samples = inside.map(\.sample)
    guard samples.count >= count else { return [] }
    return (0...(samples.count - count)).map { i in
      60 * rate.hertz * Double(count - 1) / Double(max(1, samples[i + count - 1] - samples[i]))
    }
  }
}

extension Array {
  /// The first index whose element satisfies a predicate that holds from some element on.
  func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if predicate(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
