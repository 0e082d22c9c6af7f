import Testing

@testable import ECGModel

@Suite struct PatientQueueTests {
  /// Beats with the samples at which a detector reported them.
  private let beats: [(fiducial: Int64, commit: Int64)] = [
    (20, 60), (140, 180), (240, 280), (330, 372), (700, 745), (790, 1100), (900, 1101),
  ]

  /// What comes out where the end of the samples is looked at after every `block` samples.
  private func intervals(block: Int64) -> [BeatInterval] {
    var queue = BeatQueue()
    var out: [BeatInterval] = []
    var next = 0
    for end in stride(from: block, through: 2400, by: Int(block)) {
      while next < beats.count, beats[next].commit < end {
        let isAdded = queue.add(beats[next].fiducial, commit: beats[next].commit)
        #expect(isAdded)
        next += 1
      }
      while let beat = queue.next(endIndex: end) { out.append(beat) }
    }
    return out
  }

  @Test func `a beat leaves with the interval to the next one`() {
    let out = intervals(block: 1)
    #expect(out.map(\.fiducial) == [140, 240, 330, 700, 790, 900])
    #expect(out[0].untilNext == 100)
    #expect(out[1].untilNext == 90)
  }

  @Test func `a beat whose excerpt begins before the first sample is passed over`() {
    #expect(!intervals(block: 1).contains { $0.fiducial == 20 })
  }

  @Test func `a next beat that is reported too late counts as none`() {
    let out = intervals(block: 1)
    // 700 comes 370 samples after 330; 790 is reported more than two seconds after 700.
    #expect(out[2].untilNext == BeatQueue.longestWait)
    #expect(out[3].untilNext == BeatQueue.longestWait)
  }

  @Test(arguments: [2, 3, 10, 60, 400, 2400] as [Int64])
  func `the size of the blocks changes nothing`(block: Int64) {
    #expect(intervals(block: block) == intervals(block: 1))
  }

  @Test func `a full queue says so`() {
    var queue = BeatQueue(capacity: 2)
    let added = [100, 200, 300].map { queue.add($0, commit: $0) }
    #expect(added == [true, true, false])
  }
}
