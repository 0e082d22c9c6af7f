import ECGAlarm
import ECGWire
import Foundation
import ProcessTesting
import Testing

private let data = ProcessInfo.processInfo.environment["ECGD_DATA"]

/// What the live daemon computes of samples that come over ZeroMQ, and what `ecgctl evaluate`
/// computes of the same record, are the same to the last bit: both write a float as the shortest
/// text that reads back as the same bits, so equal texts are equal bits.
@Suite(.serialized) struct LiveScoresTests {
  /// Plays a record to a daemon, evaluates it beside, and compares every beat and alarm.
  func compare(_ record: String, learningSeconds: Int?, packetSamples: Int, speed: String) throws {
    let daemon = try LiveDaemon(learningSeconds: learningSeconds)
    try daemon.wait { _ in true }
    let replay = try ChildProcess.run(
      Built.program("ecgctl"),
      [
        "replay", record, "--speed", speed, "--stream", "bed-1", "--seed", "5",
        "--endpoint", daemon.samplesEndpoint, "--packet-samples", "\(packetSamples)",
        "--timeout", "120",
      ], mergingErrors: true)
    #expect(replay.status == 0, "\(replay.output)")
    try daemon.wait { $0.samples > 0 && $0.streams.isEmpty }
    let events = try daemon.alerts()
    #expect(daemon.stop() == 0)
    let live = try table(daemon.folder.file("bed-1.scores.csv"))

    let evaluated = try ChildProcess.run(
      Built.program("ecgctl"),
      [
        "evaluate", record, "--config", daemon.configuration, "--seed", "5", "--draws", "2",
        "--beats", daemon.folder.file("tables"),
      ], mergingErrors: true)
    #expect(evaluated.status == 0, "\(evaluated.output)")
    let name = record.hasPrefix("synthetic") ? "synthetic" : URL(filePath: record).lastPathComponent
    let beats = try table(daemon.folder.file("tables/\(name).beats.csv"))
      .filter { $0["state"] != "incomplete" }

    #expect(live.count == beats.count)
    #expect(beats.count { $0["state"] == "judged" } > 100)
    #expect(beats.contains { $0["flagged"] == "1" })
    for (a, b) in zip(live, beats) {
      let isSame =
        a["beat"] == b["sample"] && a["score"] == b["score"] && a["limit"] == b["limit"]
        && a["quality"] == b["quality"] && a["flagged"] == b["flagged"]
      #expect(isSame, "live \(a), evaluate \(b)")
      if !isSame { break }
    }
    try compare(events, table(daemon.folder.file("tables/\(name).alerts.csv")))
  }

  func compare(_ events: [AlertEvent], _ rows: [[String: String]]) throws {
    // Silence is measured by the clock on the wall, which a record does not have.
    let starts = events.filter { $0.phase == .start && $0.condition != .streamSilent }
    let live = starts.map { start in
      let end = events.first { $0.alarm == start.alarm && $0.phase == .end }
      return [
        "\(start.onset?.sample ?? -1)", "\(start.detection?.sample ?? -1)",
        "\(end?.end?.sample ?? -1)",
        start.condition.rawValue, start.kind.rawValue, start.priority.rawValue,
        start.code.map { "\($0.value)" } ?? "",
      ].joined(separator: " ")
    }
    let columns = [
      "onset_sample", "detected_sample", "end_sample", "name", "kind", "priority", "code",
    ]
    let evaluated = rows.map { row in columns.map { row[$0]! }.joined(separator: " ") }
    #expect(live.sorted() == evaluated.sorted())
    #expect(!live.isEmpty)
  }

  @Test func `of a synthetic record`() throws {
    try compare("synthetic:240", learningSeconds: 30, packetSamples: 37, speed: "max")
  }

  @Test(
    .enabled(if: data != nil, "needs ECGD_DATA"), arguments: ["svdb-even/820", "mitdb-ds1/114"])
  func `of a real record`(record: String) throws {
    try compare("\(data!)/\(record)", learningSeconds: nil, packetSamples: 100, speed: "max")
  }
}
