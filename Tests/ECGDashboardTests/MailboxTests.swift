import Testing

@testable import ECGDashboard

@Suite struct MailboxTests {
  @Test func lettersComeInTheOrderInWhichTheyWerePut() async {
    let mailbox = Mailbox()
    for i in 0..<10 { #expect(mailbox.put(.text("\(i)"))) }
    for i in 0..<10 { #expect(await mailbox.next() == .text("\(i)")) }
    #expect(mailbox.byteCount == 0)
  }

  @Test func aReaderThatWaitsGetsTheNextLetterAtOnce() async {
    let mailbox = Mailbox()
    let reader = Task { await mailbox.next() }
    #expect(mailbox.put(.binary([1, 2])))
    #expect(await reader.value == .binary([1, 2]))
  }

  @Test func aBrowserThatDoesNotKeepUpIsLetGo() async {
    let mailbox = Mailbox(limitBytes: 100)
    #expect(mailbox.put(.binary(Array(repeating: 0, count: 90))))
    #expect(!mailbox.put(.binary(Array(repeating: 0, count: 20))))
    #expect(mailbox.closing == .tooSlow)
    #expect(await mailbox.next() == nil)
    #expect(!mailbox.put(.text("late")))
  }

  @Test func aReaderThatWaitsLearnsOfTheEnd() async {
    let mailbox = Mailbox()
    let reader = Task { await mailbox.next() }
    mailbox.close(.away)
    #expect(await reader.value == nil)
  }

  @Test func aSlowBrowserDoesNotKeepOthersFromTheirLetters() async {
    let hub = Hub(hello: "hello")
    let slow = hub.join().mailbox
    let quick = hub.join().mailbox
    var heard = 0
    let wave = WaveArrival(stream: "bed-1", frame: Array(repeating: 7, count: 200_000))
    for _ in 0..<40 {
      hub.take([wave])
      while quick.byteCount > 0, await quick.next() != nil { heard += 1 }
    }
    #expect(slow.closing == .tooSlow)
    #expect(quick.closing == nil)
    #expect(heard >= 40)
    #expect(hub.figures.droppedSlow == 1)
    #expect(hub.figures.browsers == 1)
  }
}
