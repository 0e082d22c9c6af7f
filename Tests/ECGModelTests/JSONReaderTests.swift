import Testing

@testable import ECGModel

@Suite struct JSONReaderTests {
  private func read(_ text: String) throws(JSONError) -> JSONValue {
    try JSONReader.read(ArraySlice(text.utf8))
  }

  @Test func everyKindOfValueIsRead() throws {
    let value = try read(
      " { \"a\" : [ null , true,false, -0, 12, 1.5, 2e3, 9223372036854775807 ], \"\" : {} } ")
    guard case .object(let object) = value else { throw JSONError(reason: .badNumber, offset: 0) }
    #expect(
      object["a"]
        == .array([
          .null, .bool(true), .bool(false), .integer(0), .integer(12), .number(1.5),
          .number(2000), .integer(.max),
        ]))
    #expect(object[""] == .object(JSONObject()))
    #expect(object.members.map(\.key) == ["a", ""])
  }

  @Test func stringsAreUnescaped() throws {
    let value = try read(#""\"\\\/\b\f\n\r\t\u00e9\uD83D\uDC96é""#)
    #expect(value == .string("\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1F496}é"))
  }

  @Test(arguments: [
    ("", 0), ("{", 1), ("[1,]", 3), ("{\"a\":1,}", 7), ("01", 1), ("+1", 0), ("1.", 2), (".5", 0),
    ("1e", 2), ("nul", 3), ("nan", 1), ("'a'", 0), ("\"a", 2), ("\"\\x\"", 2), ("\"\\ud800\"", 7),
    ("\"\\u12g4\"", 5), ("1 2", 2), ("{1:2}", 1), ("{\"a\" 1}", 5), ("[1 2]", 3), ("\"\n\"", 1),
    ("1e999", 0), ("/**/1", 0),
  ])
  func whatIsNotStrictJSONIsRefusedWhereItGoesWrong(text: String, offset: Int) {
    let error = #expect(throws: JSONError.self) { try read(text) }
    #expect(error?.offset == offset)
  }

  @Test func aKeyMayOccurOnce() {
    #expect(throws: JSONError(reason: .duplicateKey("a"), offset: 7)) {
      try read("{\"a\":1,\"\\u0061\":2}")
    }
  }

  @Test func badUTF8IsRefused() {
    #expect(throws: JSONError(reason: .badUTF8, offset: 1)) {
      try JSONReader.read([0x22, 0xC0, 0x80, 0x22])
    }
  }

  @Test func depthIsBounded() throws {
    let limit = JSONReader.depthLimit
    let deep = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    _ = try read(deep)
    #expect(throws: JSONError(reason: .tooDeep(limit: limit), offset: limit)) {
      try read("[" + deep + "]")
    }
    #expect(throws: JSONError.self) { try read(String(repeating: "[", count: 1_000_000)) }
  }
}
