import Foundation
import Testing

@testable import ECGDashboard

@Suite struct HubTests {
  static func event(_ sequence: Int, _ alarm: String, _ phase: String) -> [UInt8] {
    Array(
      """
      {"alarm":"\(alarm)","sequence":\(sequence),"phase":"\(phase)","condition":"leadOff",\
      "kind":"technical","priority":"medium","stream":"bed-1","ofALaterVersion":[1]}
      """.utf8)
  }

  private func letters(_ hub: Hub) async -> [String] {
    let (id, mailbox) = hub.join()
    defer { hub.leave(id) }
    var texts: [String] = []
    while mailbox.byteCount > 0, let letter = await mailbox.next() {
      if case .text(let text) = letter { texts.append(text) }
    }
    return texts
  }

  @Test func aNewcomerGetsWhatIsTrueNow() async throws {
    let hub = Hub(hello: "hello")
    hub.setLink(isUp: true, sinceMs: 5)
    hub.setStatus("the status", streams: ["bed-1"])
    for (sequence, alarm, phase) in [(1, "a", "start"), (2, "b", "start"), (3, "a", "end")] {
      hub.take(try #require(LiveAlert(Self.event(sequence, alarm, phase))))
    }
    let texts = await letters(hub)
    #expect(texts.count == 4)
    #expect(texts[0] == "hello")
    #expect(texts[1].contains(#""up":true"#))
    #expect(texts[2] == "the status")
    #expect(texts[3].contains(#""alarm":"b""#) && !texts[3].contains(#""alarm":"a""#))
    #expect(texts[3].contains("ofALaterVersion"), "unknown fields are passed on")
  }

  @Test func aSnapshotThatIsOlderThanAnEventChangesNothing() throws {
    let hub = Hub(hello: "")
    hub.take(try #require(LiveAlert(Self.event(7, "a", "start"))))
    hub.setSnapshot([], sequence: 6)
    #expect(hub.figures.activeAlarms.map(\.alarm) == ["a"])
    hub.setSnapshot([], sequence: 7)
    #expect(hub.figures.activeAlarms.isEmpty)
    hub.take(try #require(LiveAlert(Self.event(7, "a", "start"))))
    #expect(hub.figures.activeAlarms.isEmpty, "the snapshot holds that event already")
  }

  @Test func aLostDaemonIsToldOnceAndSoIsItsReturn() {
    var link = DaemonLink(nowMs: 0)
    var isNew = link.answered(nowNs: 1, nowMs: 1)
    #expect(isNew)
    isNew = link.answered(nowNs: 2, nowMs: 2)
    #expect(!isNew)
    var isLost = link.check(nowNs: FeedThread.patienceNs, nowMs: 3)
    #expect(!isLost)
    isLost = link.check(nowNs: FeedThread.patienceNs + 3, nowMs: 4)
    #expect(isLost)
    isLost = link.check(nowNs: FeedThread.patienceNs + 9, nowMs: 5)
    #expect(!isLost)
    #expect(!link.isUp && link.sinceMs == 4)
    isNew = link.answered(nowNs: FeedThread.patienceNs + 10, nowMs: 6)
    #expect(isNew)
  }

  @Test func aWaveRecordsFieldsLieAtMultiplesOfTheirSize() {
    var bytes: [UInt8] = []
    WaveRecord.append(stream: "bed-1".utf8, frame: Array(1...12), to: &bytes)
    WaveRecord.append(stream: "12345678".utf8, frame: Array(1...16), to: &bytes)
    #expect(bytes.count == 8 + 8 + 16 + 8 + 8 + 16)
    #expect(bytes[0] == 5 && bytes[4] == 12 && bytes[16] == 1 && bytes[27] == 12)
    #expect(bytes[32] == 8 && bytes[36] == 16 && bytes[48] == 1)
  }

  @Test func onlyTheLastSecondsOfABedAreKeptForNewcomers() {
    var recent = RecentWaves()
    for i in 0..<100 { recent.add(WaveArrival(stream: "bed-1", frame: [UInt8(i)])) }
    recent.add(WaveArrival(stream: "bed-2", frame: [1]))
    #expect(recent.bytes.count == (RecentWaves.framesPerStream + 1) * 24)
    recent.keep(["bed-2"])
    #expect(recent.bytes.count == 24)
  }
}
