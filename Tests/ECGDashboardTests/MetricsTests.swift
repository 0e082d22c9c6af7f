import ECGWire
import Foundation
import ProcessTesting
import Testing

@testable import ECGDashboard

@Suite struct MetricsTests {
  private func filled() throws -> WardMetrics {
    let metrics = WardMetrics(version: "1.2.3")
    var status = StatusReport(version: "0.1.0", uptimeSeconds: 12.5, shards: 2)
    status.model = .init(name: "default", hash: "abc")
    status.samples = 360_000
    status.rejected = ["truncated": 3]
    status.latency = .init(count: 9, p50Ms: 1, p99Ms: 20, p999Ms: 30, maximumMs: 40)
    status.latency?.sumMs = 180
    status.latency?.buckets = [.init(upToMs: 10, count: 4), .init(upToMs: 25, count: 8)]
    status.queues = [
      .init(name: .packets, shard: 0, unit: .bytes, used: 640, capacity: 4096),
      .init(name: .reports, shard: 1, unit: .records, used: 3, capacity: 64),
    ]
    var stream = StatusReport.Stream(
      id: #"bed "1"\"#, leads: ["MLII"], sampleRateHz: 360, state: .watching)
    stream.gaps = 2
    stream.lost = 360
    stream.heartRate = 71.5
    status.streams = [stream]
    metrics.setLink(isUp: true)
    metrics.set(status, nowNs: 1_000_000_000)
    metrics.set(status, nowNs: 43_201_000_000_000)
    let alert = """
      {"alarm":"a","sequence":1,"phase":"start","condition":"leadOff","kind":"technical",\
      "priority":"medium","stream":"bed-1","wall":{"publishedAt":"2026-01-01T00:00:00.300000Z",\
      "receivedAt":"2026-01-01T00:00:00.100000Z"}}
      """
    metrics.count(try #require(LiveAlert(Array(alert.utf8))))
    var frame = [UInt8](repeating: 0, count: WaveformHeader.byteCount)
    frame[5] = WaveformHeader.Kind.reconstruction.rawValue
    frame.replaceSubrange(60..<64, with: [0, 0, 0x40, 0x3f])  // 0.75
    frame.replaceSubrange(64..<68, with: [0, 0, 0, 0x3f])  // 0.5
    metrics.count([WaveArrival(stream: "bed-1", frame: frame)])
    return metrics
  }

  @Test func everyFigureIsTold() throws {
    let text = try filled().text(Hub.Figures(browsers: 1))
    for line in [
      "ecgd_up 1", "ecgd_samples_total 360000",
      #"ecgd_packets_rejected_total{reason="truncated"} 3"#,
      #"ecgd_packets_rejected_total{reason="late"} 0"#,
      #"ecgd_build_info{version="0.1.0",model_name="default",model_hash="abc"} 1"#,
      #"ecgd_window_latency_seconds_bucket{le="0.01"} 4"#,
      #"ecgd_window_latency_seconds_bucket{le="0.025"} 8"#,
      #"ecgd_window_latency_seconds_bucket{le="+Inf"} 9"#,
      "ecgd_window_latency_seconds_sum 0.18", "ecgd_window_latency_maximum_seconds 0.04",
      #"ecgd_queue_bytes{queue="packets",shard="0"} 640"#,
      #"ecgd_queue_capacity_bytes{queue="packets",shard="0"} 4096"#,
      #"ecgd_queue_records{queue="reports",shard="1"} 3"#,
      #"ecgd_stream_gaps_total{stream="bed \"1\"\\",reason="lost"} 2"#,
      #"ecgd_stream_absent_samples_total{stream="bed \"1\"\\",reason="lost"} 360"#,
      #"ecgd_stream_heart_rate_per_minute{stream="bed \"1\"\\"} 71.5"#,
      #"ecgdash_alarms_started_total{condition="leadOff",kind="technical",priority="medium"} 1"#,
      "ecgdash_bed_seconds_total 43200",
      #"ecgdash_alarms_per_bed_day{kind="technical",priority="medium"} 2"#,
      #"ecgdash_alarms_per_bed_day{kind="physiological",priority="high"} 0"#,
      #"ecgdash_window_score_bucket{le="0.7"} 0"#, #"ecgdash_window_score_bucket{le="0.8"} 1"#,
      #"ecgdash_window_score_bucket{le="+Inf"} 1"#, "ecgdash_window_score_sum 0.75",
      "ecgdash_windows_over_limit_total 1", "ecgdash_browsers 1",
      #"ecgdash_alert_delay_seconds_bucket{le="0.1"} 0"#,
      #"ecgdash_alert_delay_seconds_bucket{le="0.25"} 1"#,
    ] {
      #expect(text.contains(line + "\n"), "\(line) is missing")
    }
  }

  @Test func aLostDaemonsLastFiguresAreNotTold() throws {
    let metrics = try filled()
    metrics.setLink(isUp: false)
    let text = metrics.text(Hub.Figures())
    #expect(text.contains("ecgd_up 0\n"))
    #expect(!text.contains("ecgd_samples_total") && !text.contains("ecgd_stream_"))
  }

  @Test func aNameIsDeclaredOnceAndBeforeItsSamples() throws {
    var declared: Set<String> = []
    for line in try filled().text(Hub.Figures()).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[1] == "TYPE" {
        let isNew = declared.insert(String(words[2])).inserted
        #expect(isNew, "\(words[2]) is declared twice")
      } else if words[0] != "#" {
        let name = words[0].prefix { $0 != "{" }
        #expect(declared.contains { name.hasPrefix($0) }, "\(name) is not declared")
      }
    }
  }

  @Test func aHistogramCountsWhatIsNotAboveEachBound() {
    var histogram = FixedHistogram(bounds: [1, 2])
    for value in [0.5, 1, 1.5, 9, .nan] { histogram.add(value) }
    #expect(histogram.cumulative.map(\.count) == [2, 3, 4])
    #expect(histogram.sum == 12)
  }

  private static let promtool = "/usr/bin/promtool"

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: promtool), "no promtool"))
  func prometheusOwnToolIsContent() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("metrics")
    try filled().text(Hub.Figures()).write(toFile: file, atomically: false, encoding: .utf8)
    let checked = try ChildProcess.run(
      "/bin/sh", ["-c", "\(Self.promtool) check metrics < \(file)"])
    #expect(checked.status == 0)
    let rules = "\(Built.packageRoot)/Documentation/alerting-rules.yml"
    #expect(try ChildProcess.run(Self.promtool, ["check", "rules", rules]).status == 0)
  }
}
