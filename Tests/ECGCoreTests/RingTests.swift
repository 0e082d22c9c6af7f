import ECGCore
import Testing

@Suite struct RingTests {
  @Test func aSampleRingKeepsTheNewestSamplesUnderTheirIndices() {
    var ring = SampleRing(minimumCapacity: 4)
    for i in 0..<10 { ring.append(Float(i)) }
    #expect(ring.startIndex == 6)
    #expect(ring.endIndex == 10)
    #expect((6..<10).map { ring[Int64($0)] } == [6, 7, 8, 9])
  }

  @Test func aSampleRingResetAtAnIndexHoldsNothingBeforeIt() {
    var ring = SampleRing(minimumCapacity: 4)
    for i in 0..<10 { ring.append(Float(i)) }
    ring.reset(at: 100)
    ring.append(5)
    #expect(ring.startIndex == 100)
    #expect(ring[100] == 5)
  }

  @Test func aFullQueueRefusesAndLosesNothing() {
    let ring = SPSCRing<Int>(minimumCapacity: 4)
    for i in 0..<4 { #expect(ring.push(i)) }
    #expect(!ring.push(4))
    #expect((0..<4).map { _ in ring.pop() } == [0, 1, 2, 3])
    #expect(ring.pop() == nil)
  }

  @Test func theTagsOfTheNextTwoByteRecordsAreKnownAcrossTheWrap() {
    let ring = ByteRing(minimumCapacity: 256)
    var queued: [UInt32] = []
    for i in 0..<300 as Range<UInt32> {
      let record = [UInt8](repeating: 0, count: Int(i % 37))
      if ring.push(record.span.bytes, tag: i, word: 0) { queued.append(i) }
      let following = ring.following()
      #expect(following.next == (queued.count > 1 ? queued[1] : nil))
      #expect(following.afterNext == (queued.count > 2 ? queued[2] : nil))
      guard queued.count > Int(i % 5) else { continue }
      let popped = ring.pop { _, tag, _ in #expect(tag == queued[0]) }
      #expect(popped)
      queued.removeFirst()
    }
    while ring.pop({ _, _, _ in }) {}
    #expect(ring.following() == (nil, nil))
  }

  @Test func byteRecordsComeOutAsTheyWentInAcrossTheWrap() {
    let ring = ByteRing(minimumCapacity: 256)
    var next: UInt8 = 0
    var expected: UInt8 = 0
    for length in (0..<400).map({ $0 % 61 }) {
      let record = [UInt8](repeating: next, count: length)
      let pushed = ring.push(record.span.bytes, tag: UInt32(length), word: UInt64(next))
      #expect(pushed)
      next &+= 1
      if length % 3 != 0 || ring.count > 100 {
        while ring.pop({ bytes, tag, word in
          #expect(bytes.byteCount == Int(tag))
          #expect(word == UInt64(expected))
          for i in 0..<bytes.byteCount {
            #expect(bytes.unsafeLoad(fromByteOffset: i, as: UInt8.self) == expected)
          }
          expected &+= 1
        }) {}
      }
    }
  }

  @Test func oneProducerAndOneConsumerThreadLoseNothing() async {
    let ring = ByteRing(minimumCapacity: 4096)
    let total = 20_000
    async let sum: UInt64 = Task.detached {
      var sum: UInt64 = 0
      var seen = 0
      while seen < total {
        if ring.pop({ _, _, word in sum += word }) { seen += 1 } else { await Task.yield() }
      }
      return sum
    }.value
    await Task.detached {
      let record = [UInt8](repeating: 7, count: 37)
      for i in 0..<total {
        while !ring.push(record.span.bytes, tag: 0, word: UInt64(i)) { await Task.yield() }
      }
    }.value
    #expect(await sum == UInt64(total * (total - 1) / 2))
  }
}
