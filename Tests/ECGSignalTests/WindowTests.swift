import CAllocationCounter
import ECGSignal
import Testing

@Suite struct WindowTests {
  @Test func slidingWindowsCountFromTheFirstSampleAfterAReset() {
    var windows = SlidingWindows(length: 140, hop: 35)
    #expect(windows.next(endIndex: 139) == nil)
    #expect(windows.next(endIndex: 140) == 0..<140)
    #expect(windows.next(endIndex: 140) == nil)
    #expect(windows.next(endIndex: 210) == 35..<175)
    #expect(windows.next(endIndex: 210) == 70..<210)
    #expect(windows.next(endIndex: 210) == nil)
    windows.reset(at: 1000)
    #expect(windows.next(endIndex: 1139) == nil)
    #expect(windows.next(endIndex: 1140) == 1000..<1140)
  }

  @Test(arguments: [1, 7, 500]) func slidingWindowsDoNotDependOnTheBlockSize(block: Int) {
    var windows = SlidingWindows(length: 100, hop: 150)
    var found: [Range<Int64>] = []
    for end in stride(from: block, through: 3500, by: block) {
      while let window = windows.next(endIndex: Int64(end)) { found.append(window) }
    }
    #expect(found.map(\.lowerBound) == (0..<found.count).map { Int64(150 * $0) })
    #expect(found.count == 23)
  }

  @Test func aBeatWindowIsCompleteOnceItsLastSampleIsThere() {
    var windows = BeatWindows(before: 32, after: 64)
    #expect(windows.add(Beat(fiducial: 100, peak: 1)) == true)
    #expect(windows.add(Beat(fiducial: 180, peak: -1)) == true)
    #expect(windows.next(endIndex: 163) == nil)
    let first = windows.next(endIndex: 164)
    #expect(first?.range == 68..<164)
    #expect(first?.beat == Beat(fiducial: 100, peak: 1))
    #expect(windows.next(endIndex: 243) == nil)
    #expect(windows.next(endIndex: 244)?.range == 148..<244)
  }

  @Test func noBeatWindowBeginsBeforeTheFirstSampleAfterAReset() {
    var windows = BeatWindows(before: 32, after: 64)
    windows.reset(at: 1000)
    #expect(windows.add(Beat(fiducial: 1031, peak: 1)) == true)
    #expect(windows.next(endIndex: 2000) == nil)
    #expect(windows.add(Beat(fiducial: 1032, peak: 1)) == true)
    #expect(windows.next(endIndex: 2000)?.range == 1000..<1096)
  }

  @Test func aFullBeatWindowQueueRefusesAndKeepsWhatItHas() {
    var windows = BeatWindows(before: 0, after: 1, capacity: 2)
    _ = windows.add(Beat(fiducial: 0, peak: 1))
    _ = windows.next(endIndex: 1)
    let before = allocation_count()
    let taken = (
      windows.add(Beat(fiducial: 1, peak: 1)), windows.add(Beat(fiducial: 2, peak: 1)),
      windows.add(Beat(fiducial: 3, peak: 1))
    )
    let first = windows.next(endIndex: 10)
    let after = allocation_count()
    #expect(taken == (true, true, false))
    #expect(first?.beat.fiducial == 1)
    #expect(windows.next(endIndex: 10)?.beat.fiducial == 2)
    #expect(windows.next(endIndex: 10) == nil)
    #expect(after == before)
  }
}
