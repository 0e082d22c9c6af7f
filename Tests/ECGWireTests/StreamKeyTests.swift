import ECGCore
import ECGWire
import Testing

@Suite struct StreamKeyTests {
  private func key(_ topic: String) throws(PacketError) -> StreamKey {
    let bytes = Array(topic.utf8)
    return try StreamKey(topic: bytes.span.bytes)
  }

  @Test func aTopicGivesTheNameOfItsStream() throws {
    #expect(try key("ecg/bed-12").stream == StreamID("bed-12"))
    #expect(try key("ecg/bed-12") == StreamKey(StreamID("bed-12")!))
    #expect(try key("ecg/bed-12") != key("ecg/bed-21"))
    let longest = String(repeating: "abcdefgh", count: 8)
    #expect(try key("ecg/" + longest).description == longest)
    #expect(SampleTopic.bytes(StreamID("a")!) == Array("ecg/a".utf8))
    #expect(AlertTopic.bytes(nil) == Array("alert//".utf8))
  }

  @Test(
    arguments: [
      "", "ecg", "ecg/", "ECG/a", "ecg/a b", "ecg/a/b", "alert/a", "ecg/ä", "ecg/a\0", "xecg/a",
      "ecg/" + String(repeating: "a", count: 65),
    ])
  func anythingElseIsABadTopic(_ topic: String) {
    #expect(throws: PacketError.badTopic) { try key(topic) }
  }

  @Test func theStableHashIsFNV1a() throws {
    // Published test vectors of 64-bit FNV-1a (Fowler, Noll, Vo).
    #expect(try key("ecg/a").stableHash == 0xaf63_dc4c_8601_ec8c)
    #expect(try key("ecg/foobar").stableHash == 0x8594_4171_f739_67e8)
  }
}
