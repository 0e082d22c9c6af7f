import ECGCore
import ECGPipeline
import Testing

@Suite struct ContinuityTests {
  private func place(
    _ first: Int64, _ count: Int, sequence: UInt64, session: UInt32 = 1
  ) -> PacketPlace {
    PacketPlace(session: session, sequence: sequence, first: SampleNumber(first), count: count)
  }

  @Test func packetsInOrderGoOn() {
    var continuity = Continuity()
    #expect(continuity.take(place(1000, 10, sequence: 5)) == .first)
    #expect(continuity.take(place(1010, 7, sequence: 6)) == .next)
    #expect(continuity.expected == SampleNumber(1017))
  }

  @Test func lostSamplesAreAGapOfTheirNumber() {
    var continuity = Continuity()
    _ = continuity.take(place(0, 10, sequence: 0))
    #expect(continuity.take(place(25, 10, sequence: 2)) == .gap(missing: 15))
    #expect(continuity.take(place(35, 10, sequence: 3)) == .next)
  }

  @Test func theSamePacketAgainIsADuplicateAndAnOlderOneIsLate() {
    var continuity = Continuity()
    _ = continuity.take(place(0, 10, sequence: 0))
    _ = continuity.take(place(20, 10, sequence: 2))
    #expect(continuity.take(place(20, 10, sequence: 2)) == .duplicate)
    #expect(continuity.take(place(10, 10, sequence: 1)) == .late)
    #expect(continuity.expected == SampleNumber(30))
  }

  @Test func samplesThatWereTakenAlreadyAreTrimmed() {
    var continuity = Continuity()
    _ = continuity.take(place(0, 10, sequence: 0))
    #expect(continuity.take(place(6, 10, sequence: 1)) == .overlap(known: 4))
    #expect(continuity.expected == SampleNumber(16))
  }

  @Test func anotherSessionRestartsWhereverItsNumbersAre() {
    var continuity = Continuity()
    _ = continuity.take(place(5000, 10, sequence: 40))
    #expect(continuity.take(place(0, 10, sequence: 0, session: 2)) == .restart)
    #expect(continuity.take(place(10, 10, sequence: 1, session: 2)) == .next)
  }
}
