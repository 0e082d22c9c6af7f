import ECGCore
import ECGSignal

extension Shard {
  /// The beats of a stream that only its end keeps from being told: those that would come if the
  /// last sample lasted for a second. Changes nothing; for those who evaluate recordings.
  public func beatsAtTheEnd(slot: Int) -> [Detection] {
    guard let stream = streams[slot], stream.continuity.expected != nil else { return [] }
    var path = stream.path
    var found: [Detection] = []
    var left = stream.rate.samples(seconds: Self.endingSeconds)
    while left > 0 {
      // A missing sample is held at the one before.
      let count = min(left, SignalPath.maximumBlock)
      path.load(Self.heldBlock.span.extracting(0..<count))
      while let event = path.next() {
        guard case .beat(let beat) = event else { continue }
        let sample = stream.sample(at: beat.fiducial)
        guard sample <= stream.lastSample else { continue }
        found.append(Detection(slot: slot, beat: sample, known: stream.lastSample))
      }
      left -= count
    }
    return found
  }

  /// Longer than the QRS detector's commit delay and what the filters hold back.
  private static let endingSeconds = 1.0
  private static let heldBlock = [Float](repeating: .nan, count: SignalPath.maximumBlock)
}
