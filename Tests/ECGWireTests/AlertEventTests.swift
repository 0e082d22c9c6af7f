import ECGAlarm
import ECGWire
import Foundation
import Testing

@Suite struct AlertEventTests {
  @Test func anEventHasExactlyTheseBytes() {
    #expect(
      String(decoding: AlertSamples.event().encoded(), as: UTF8.self) == #"{"alarm":"bed-1/3","#
        + #""cause":"began","code":{"name":"MDC_EVT_ECG_ARRHY","system":"MDC","value":3266},"#
        + #""condition":"abnormalBeats","detection":{"sample":4963},"#
        + #""explanation":{"pace":1.25,"part":"shape","reference":{"index":1,"share":0.875,"#
        + #""similarity":0.375},"segment":"QRS","segments":{"QRS":4.25,"afterQRS":2,"#
        + #""beforeQRS":1.5},"shape":6.5,"timing":-0.25},"falseAlertsPerHour":0.5,"#
        + #""id":"bed-1/3/1","kind":"physiological","lead":"MLII","limit":4,"mode":"test","#
        + #""model":{"hash":"\#(String(repeating: "0123456789abcdef", count: 4))","#
        + #""name":"default"},"onset":{"sample":4243,"time":"2023-11-14T22:13:31.786111Z"},"#
        + #""phase":"start","presence":"on","priority":"medium","quality":{"index":0.875,"reason":"noise"},"#
        + #""reason":"the beats do not look like this patient's","sampleRateHz":360,"#
        + #""schema":"ecgd-alert/1","score":8.25,"sequence":12,"stream":"bed-1","#
        + #""streamSequence":4,"wall":{"publishedAt":"2026-01-31T23:59:59.000000Z","#
        + #""receivedAt":"2026-01-31T23:59:58.000000Z"},"worstSegment":{"endSample":4290,"#
        + #""error":0.125,"share":0.5,"startSample":4250}}"#)
  }

  @Test func everyEventIsReadBackAsItWas() throws {
    for event in AlertSamples.all {
      #expect(try AlertEvent.decode(event.encoded()) == event)
    }
  }

  @Test func aSignOfLifeIsReadBackAsItWas() throws {
    let heartbeat = Heartbeat(
      run: 1_700_000_000_000_000_000, counter: 17, intervalSeconds: 5, sequence: 12,
      activeAlarms: 0, troubles: [], publishedAt: "2026-01-31T23:59:59.000000Z")
    #expect(
      String(decoding: heartbeat.encoded(), as: UTF8.self)
        == #"{"activeAlarms":0,"counter":17,"intervalSeconds":5,"#
        + #""publishedAt":"2026-01-31T23:59:59.000000Z","run":1700000000000000000,"#
        + #""schema":"ecgd-heartbeat/1","sequence":12,"troubles":[]}"#)
    #expect(try Heartbeat.decode(heartbeat.encoded()) == heartbeat)
  }

  @Test func onlyTheWallClockStaysOutOfTheFingerprint() {
    var other = AlertSamples.event()
    other.wall = .init(publishedAt: "2027-01-01T00:00:00.000000Z")
    #expect(other.encoded() != AlertSamples.event().encoded())
    #expect(other.fingerprint == AlertSamples.event().fingerprint)
    other.score = 8.26
    #expect(other.fingerprint != AlertSamples.event().fingerprint)
  }

  @Test func aReconstructionErrorIsAnArrhythmiaEventAndUnknownCodesAreLeftOut() {
    #expect(ConditionName.abnormalBeats.code?.value == 3266)
    #expect(AlertSamples.event(.streamSilent).code == nil)
    let withoutCode = ConditionName.allCases.filter { $0.kind == .physiological && $0.code == nil }
    #expect(withoutCode == [.ventricularFibrillation])
    #expect([AlarmPriority.high, .low, .medium].sorted() == [.low, .medium, .high])
  }
}

@Suite struct JSONTests {
  private func text(_ value: Double) -> String { JSON.decimal(value).text }

  @Test func decimalsHaveOneForm() {
    #expect(text(0) == "0")
    #expect(text(-0.0) == "0")
    #expect(text(1) == "1")
    #expect(text(-2.5) == "-2.5")
    #expect(text(0.1) == "0.1")
    #expect(text(0.000_001) == "0.000001")
    #expect(text(0.000_000_4) == "0")
    #expect(text(-0.000_000_4) == "0")
    #expect(text(1.000_000_6) == "1.000001")
    #expect(text(0.999_999_9) == "1")
    #expect(text(10.05) == "10.05")
    #expect(text(123_456_789.25) == "123456789.25")
    #expect(text(1e300) == "1000000000000")
    #expect(text(-.infinity) == "-1000000000000")
    #expect(text(.nan) == "0")
  }

  @Test func keysAreSortedAndTextIsEscaped() throws {
    let value = JSON.object([
      "b": .array([.bool(true), .integer(.min)]), "a": .string("\"\\\n\u{1}ä/\u{1F493}"),
    ])
    #expect(
      value.text == #"{"a":"\"\\\n\u0001ä/💓","b":[true,-9223372036854775808]}"#)
    let read = try JSONSerialization.jsonObject(with: Data(value.bytes)) as? [String: Any]
    #expect(read?["a"] as? String == "\"\\\n\u{1}ä/\u{1F493}")
  }
}

@Suite struct UTCTimeTests {
  @Test func momentsAreWrittenInRFC3339() {
    #expect(UTCTime.text(nanoseconds: 0) == "1970-01-01T00:00:00.000000Z")
    #expect(UTCTime.text(nanoseconds: 951_782_399_999_999_999) == "2000-02-28T23:59:59.999999Z")
    #expect(UTCTime.text(nanoseconds: 951_782_400_000_000_000) == "2000-02-29T00:00:00.000000Z")
    #expect(UTCTime.text(nanoseconds: -1) == "1969-12-31T23:59:59.999999Z")
    #expect(UTCTime.text(nanoseconds: .max) == "2262-04-11T23:47:16.854775Z")
  }

  @Test func datesAgreeWithTheSystemsCalendar() {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
    var random = SeededGenerator(state: 11)
    for _ in 0..<500 {
      let seconds = Int64.random(in: 0...9_000_000_000, using: &random)
      let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
      #expect(UTCTime.text(nanoseconds: seconds * 1_000_000_000).hasPrefix(expected + "."))
    }
  }
}
