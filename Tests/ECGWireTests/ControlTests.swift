import ECGWire
import Testing

@Suite struct ControlTests {
  private func request(_ text: String) throws(ControlError) -> ControlRequest {
    try ControlRequest.decode(Array(text.utf8)).request
  }

  @Test func theShortestRequestIsUnderstood() throws {
    let (name, request) = try ControlRequest.decode(Array(#"{"request":"status"}"#.utf8))
    #expect(name == .status)
    #expect(request.version == nil)
    #expect(request.stream == nil)
  }

  @Test func requestsAreReadBackAsTheyWere() throws {
    var pause = ControlRequest(.pause)
    pause.stream = "bed-1"
    pause.seconds = 60
    pause.by = "me"
    pause.id = "7"
    #expect(try ControlRequest.decode(pause.encoded()).request == pause)
    #expect(try request(#"{"request":"replay","since":0,"limit":1000,"more":[1]}"#).limit == 1000)
  }

  @Test(
    arguments: [
      ("", .badRequest), ("[]", .badRequest), ("{}", .badRequest),
      (#"{"request":7}"#, .badRequest), (#"{"request":"replay","since":"x"}"#, .badRequest),
      (#"{"request":"status","version":2}"#, .badVersion),
      (#"{"request":"explode"}"#, .unknownRequest),
      (#"{"request":"replay"}"#, .missingField),
      (#"{"request":"acknowledge"}"#, .missingField),
      (#"{"request":"strip"}"#, .missingField), (#"{"request":"history"}"#, .missingField),
      (#"{"request":"history","stream":"a","limit":0}"#, .outOfRange),
      (#"{"request":"pause","seconds":5}"#, .missingField),
      (#"{"request":"resume"}"#, .missingField),
      (
        #"{"request":"acknowledge","alarm":"a","by":"\#(String(repeating: "x", count: 65))"}"#,
        .outOfRange
      ),
      (#"{"request":"pause","stream":"a"}"#, .missingField),
      (#"{"request":"pause","stream":"a","seconds":0}"#, .outOfRange),
      (#"{"request":"pause","stream":"a","seconds":3601}"#, .outOfRange),
      (#"{"request":"replay","since":-1}"#, .outOfRange),
      (#"{"request":"replay","since":1,"limit":1001}"#, .outOfRange),
    ] as [(String, ControlError.Code)])
  func aWrongRequestIsAnsweredWithItsFault(_ text: String, _ code: ControlError.Code) {
    let error = #expect(throws: ControlError.self) { try request(text) }
    #expect(error?.code == code)
    #expect(error?.message.isEmpty == false)
  }

  @Test func aReplyCarriesStatusAndAlertsThere() throws {
    var question = ControlRequest(.status)
    question.id = "a"
    var reply = ControlReply(to: question)
    reply.status = StatusSamples.report
    reply.alerts = [AlertSamples.event(), AlertSamples.daemonEvent]
    reply.sequence = 12
    let read = try ControlReply.decode(reply.encoded())
    #expect(read == reply)
    #expect(read.id == "a")
    #expect(read.ok)
    let refusal = ControlReply(ControlError(.unknownStream, "no stream bed-9"), to: question)
    #expect(try ControlReply.decode(refusal.encoded()) == refusal)
    #expect(!refusal.ok)
  }

  @Test func countersThatAreZeroAreNotNamed() {
    var counters = [UInt64](repeating: 0, count: RejectReason.count)
    counters[RejectReason.late.rawValue] = 3
    counters[RejectReason.badMagic.rawValue] = .max
    #expect(StatusReport.rejected(counters) == ["late": 3, "badMagic": .max])
  }
}

enum StatusSamples {
  static var report: StatusReport {
    var report = StatusReport(version: "1.0", uptimeSeconds: 93_784, shards: 2)
    report.model = .init(name: "default", hash: String(repeating: "0123456789abcdef", count: 4))
    report.packets = 48_211
    report.rejected = ["badMagic": 2, "late": 14]
    report.alertsPublished = 37
    report.activeAlarms = 2
    report.signals = [StatusReport.Signal(AlertSamples.daemonEvent)]
    report.heartbeat = Heartbeat(
      run: 1, counter: 2, intervalSeconds: 5, sequence: 37, activeAlarms: 2,
      troubles: ["the journal cannot be written"], publishedAt: "2026-01-31T23:59:59.000000Z")
    report.latency = .init(count: 100, p50Ms: 0.42, p99Ms: 1.9, p999Ms: 4.25, maximumMs: 17.5)
    report.latency?.sumMs = 61.25
    report.latency?.buckets = [.init(upToMs: 1, count: 97)]
    report.queues = [.init(name: .packets, shard: 1, unit: .bytes, used: 640, capacity: 4096)]
    var watching = StatusReport.Stream(
      id: "bed-1", leads: ["MLII", "V1"], sampleRateHz: 360, state: .watching)
    watching.lead = "MLII"
    watching.samples = 1_296_000
    watching.gaps = 1
    watching.lost = 720
    watching.beats = 4120
    watching.heartRate = 71.6
    watching.quality = 0.96
    watching.score = 6.125
    watching.limit = 4
    watching.alarms = ["abnormalBeats"]
    watching.signals = [StatusReport.Signal(AlertSamples.lives[0])]
    watching.paused = AlertSamples.lives[6].paused
    watching.rejected = ["late": 14]
    var learning = StatusReport.Stream(
      id: "icu-3.east", leads: ["II"], sampleRateHz: 128.5, state: .learning)
    learning.lead = "II"
    learning.samples = 12_850
    learning.learnt = .init(progress: 0.334)
    var off = StatusReport.Stream(id: "bed-12", leads: ["V5"], sampleRateHz: 250, state: .leadOff)
    off.lead = "V5"
    off.quality = 0
    off.missing = 5000
    off.alarms = ["leadOff"]
    report.streams = [watching, off, learning]
    return report
  }
}
