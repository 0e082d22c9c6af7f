import ECGAlarm
import ECGWire
import Foundation
import Testing

/// Documentation/alert.schema.json against real events, judged by Python's jsonschema.
@Suite(.enabled(if: Python.isPresent, "no Python with jsonschema: set ECGD_PYTHON"))
struct AlertSchemaTests {
  /// Validates one JSON text a line; returns for each whether it is valid.
  private func validate(_ lines: [String]) throws -> [Bool] {
    let program = """
      import json, sys
      from jsonschema import Draft202012Validator
      schema = json.load(open(sys.argv[1]))
      Draft202012Validator.check_schema(schema)
      validator = Draft202012Validator(schema)
      for line in open(sys.argv[2], encoding="utf-8"):
          error = next(validator.iter_errors(json.loads(line)), None)
          print("valid" if error is None else "wrong: " + error.message)
      """
    let file = FileManager.default.temporaryDirectory
      .appending(path: "ecgd-alerts-\(UUID().uuidString).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try (lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
    let output = Pipe()
    let process = try Python.start(
      ["-c", program, Python.documentation.appending(path: "alert.schema.json").path, file.path],
      output: output)
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text.split(separator: "\n").map { $0 == "valid" }
  }

  @Test func everyKindOfEventIsValid() throws {
    let events = AlertSamples.all
    let verdicts = try validate(events.map { $0.json.text })
    #expect(verdicts.count == events.count)
    for (event, isValid) in zip(events, verdicts) {
      #expect(isValid, "\(event.json.text)")
    }
  }

  @Test func wrongEventsAreNot() throws {
    let right = AlertSamples.event().json.text
    func changed(_ change: (inout AlertEvent) -> Void) -> String {
      var event = AlertSamples.event()
      change(&event)
      return event.json.text
    }
    let wrong = [
      changed { $0.schema = "ecgd-alert/2" },
      changed { $0.kind = .technical },
      changed { $0.code = nil },
      changed { $0.code?.value = 3076 },
      changed { $0.code?.system = "SCT" },
      changed { $0.end = .init(sample: 5) },
      changed { $0.score = nil },
      changed { $0.model = nil },
      changed { $0.onset = nil },
      changed { $0.onset?.time = "yesterday" },
      changed { $0.onset?.sample = -1 },
      changed { $0.worstSegment?.share = 1.5 },
      changed { $0.quality?.index = 2 },
      changed { $0.quality = nil },
      changed { $0.lead = nil },
      changed { $0.resumedBy = "me" },
      changed { $0.sequence = 0 },
      changed { $0.stream = "bed 1" },
      changed { $0.lead = "" },
      changed { $0.mode = "fun" },
      changed { $0.reason = "" },
      changed { $0.presence = .off },
      changed { $0.presence = .acknowledged },
      changed { $0.acknowledged = .init(by: "me", until: .init(sample: 5)) },
      changed { $0.cause = .cleared },
      changed { $0.cause = .keepAlive },
      changed { $0.escalated = false },
      changed { $0.paused = .init(by: String(repeating: "x", count: 65), until: .init(sample: 5)) },
      changed { $0.model?.hash = "abc" },
      right.replacingOccurrences(of: #""phase":"start""#, with: #""phase":"begin""#),
      right.replacingOccurrences(of: #""priority":"medium""#, with: #""priority":"urgent""#),
      right.replacingOccurrences(of: #"{"alarm""#, with: #"{"patient":"X","alarm""#),
      right.replacingOccurrences(of: #""wall":{"#, with: #""wall":{"x":1,"#),
      right.replacingOccurrences(of: #""id":"bed-1/3/1","#, with: ""),
    ]
    #expect(Set(wrong).count == wrong.count)
    #expect(!wrong.contains(right))
    for (text, isValid) in zip(wrong, try validate(wrong)) { #expect(!isValid, "\(text)") }
    #expect(try validate([right]) == [true])
  }
}
