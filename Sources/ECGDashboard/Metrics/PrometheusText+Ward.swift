import ECGWire

/// What is told of the daemon, its beds, its alarms and this program.
extension PrometheusText {
  mutating func writeDaemon(_ state: WardMetrics.State) {
    single("ecgd_up", .gauge, "1 while ecgd answers.", state.isUp ? 1 : 0)
    // What a lost daemon said last is no longer true.
    guard state.isUp, let status = state.status else { return }
    let model = status.model.map { [("name", $0.name), ("hash", $0.hash)] } ?? []
    family(
      "ecgd_build_info", .gauge, "The daemon's version and its model.",
      [([("version", status.version)] + model.map { ("model_\($0.0)", $0.1) }, 1)])
    single("ecgd_uptime_seconds", .gauge, "Since the daemon's start.", status.uptimeSeconds)
    single("ecgd_shards", .gauge, "Threads that judge streams.", Double(status.shards))
    single(
      "ecgd_shards_silent", .gauge, "Shards that did not answer in time.",
      Double(status.shardsSilent ?? 0))
    single("ecgd_packets_total", .counter, "Sample packets received.", Double(status.packets))
    single(
      "ecgd_received_bytes_total", .counter, "Bytes of packets received.", Double(status.bytes))
    family(
      "ecgd_packets_rejected_total", .counter, "Packets refused or dropped, by reason.",
      RejectReason.allCases.map {
        ([("reason", $0.name)], Double(status.rejected[$0.name] ?? 0))
      })
    single("ecgd_samples_total", .counter, "Samples taken per lead.", Double(status.samples))
    single("ecgd_beats_total", .counter, "Beats detected.", Double(status.beats))
    single("ecgd_windows_total", .counter, "Windows scored.", Double(status.windows))
    single(
      "ecgd_windows_shed_total", .counter, "Windows not scored because the daemon was too slow.",
      Double(status.windowsShed ?? 0))
    single("ecgd_alerts_total", .counter, "Alert events published.", Double(status.alertsPublished))
    single(
      "ecgd_operators", .gauge, "Operators that listen to alerts.",
      status.operators.map { Double($0.listening) })
    single(
      "ecgd_operators_dropped_total", .counter,
      "Operators cut off because they did not read their alerts.",
      status.operators.map { Double($0.dropped) })
    single(
      "ecgd_waveform_frames_total", .counter, "Waveform frames published.",
      status.waveforms.map { Double($0.published) })
    single(
      "ecgd_waveform_frames_dropped_total", .counter,
      "Waveform frames that waited too long in the daemon's queue, and were dropped.",
      status.waveforms.map { Double($0.dropped) })
    writeQueues(status.queues ?? [])
    if let latency = status.latency { writeLatency(latency) }
  }

  private mutating func writeQueues(_ queues: [StatusReport.Queue]) {
    func each(
      _ unit: StatusReport.Queue.Unit, _ value: (StatusReport.Queue) -> Int64
    ) -> [([(String, String)], Double)] {
      queues.filter { $0.unit == unit }.map {
        ([("queue", $0.name.rawValue), ("shard", "\($0.shard)")], Double(value($0)))
      }
    }
    family(
      "ecgd_queue_bytes", .gauge, "Bytes that wait between two threads of the daemon.",
      each(.bytes, \.used))
    family(
      "ecgd_queue_capacity_bytes", .gauge, "Bytes that may wait there.", each(.bytes, \.capacity))
    family(
      "ecgd_queue_records", .gauge, "Records that wait between two threads of the daemon.",
      each(.records, \.used))
    family(
      "ecgd_queue_capacity_records", .gauge, "Records that may wait there.",
      each(.records, \.capacity))
  }

  private mutating func writeLatency(_ latency: StatusReport.Latency) {
    single(
      "ecgd_window_latency_maximum_seconds", .gauge, "The longest so far.",
      latency.maximumMs / 1000)
    guard let buckets = latency.buckets, let sumMs = latency.sumMs else { return }
    let counted = buckets.map { (bound: $0.upToMs / 1000, count: Double($0.count)) }
    histogram(
      "ecgd_window_latency_seconds",
      "From a packet's arrival to the score of its last window, since the daemon's start.",
      counted + [(.infinity, Double(latency.count))], sum: sumMs / 1000)
  }

  mutating func writeStreams(_ state: WardMetrics.State) {
    guard state.isUp, let streams = state.status?.streams else { return }
    func each(_ value: (StatusReport.Stream) -> Double?) -> [([(String, String)], Double)] {
      streams.compactMap { stream in value(stream).map { ([("stream", stream.id)], $0) } }
    }
    single("ecgd_streams", .gauge, "Beds that are known.", Double(streams.count))
    family(
      "ecgd_stream_state", .gauge, "1 for the state that a bed is in.",
      streams.map { ([("stream", $0.id), ("state", $0.state.rawValue)], 1) })
    family(
      "ecgd_stream_samples_total", .counter, "Samples taken per lead.",
      each { Double($0.samples) })
    family(
      "ecgd_stream_gaps_total", .counter, "Interruptions of a bed's samples, by reason.",
      streams.flatMap { stream in
        [
          ("lost", stream.gaps), ("restart", stream.restarts),
          ("layoutChange", stream.layoutChanges), ("patientChange", stream.patientChanges ?? 0),
        ].map { ([("stream", stream.id), ("reason", $0.0)], Double($0.1)) }
      })
    family(
      "ecgd_stream_absent_samples_total", .counter, "Samples that could not be used, by reason.",
      streams.flatMap { stream in
        [("lost", stream.lost), ("missing", stream.missing), ("trimmed", stream.trimmed)].map {
          ([("stream", stream.id), ("reason", $0.0)], Double($0.1))
        }
      })
    family("ecgd_stream_beats_total", .counter, "Beats detected.", each { Double($0.beats) })
    family("ecgd_stream_windows_total", .counter, "Windows scored.", each { Double($0.windows) })
    family(
      "ecgd_stream_heart_rate_per_minute", .gauge, "Heart rate in beats a minute.",
      each(\.heartRate))
    family("ecgd_stream_quality_ratio", .gauge, "Signal quality, 0 to 1.", each(\.quality))
    family("ecgd_stream_score", .gauge, "Score of the latest window.", each(\.score))
    family("ecgd_stream_limit", .gauge, "What the score is held against.", each(\.limit))
  }

  mutating func writeAlarms(_ state: WardMetrics.State, _ hub: Hub.Figures) {
    family(
      "ecgdash_alarms_started_total", .counter, "Alarms that started while ecgdash listened.",
      state.started.sorted { $0.key.condition < $1.key.condition }.map {
        (
          [
            ("condition", $0.key.condition), ("kind", $0.key.kind), ("priority", $0.key.priority),
          ], Double($0.value)
        )
      })
    let groups = ["physiological", "technical"].flatMap { kind in
      ["high", "medium", "low"].map { (kind, $0) }
    }
    family(
      "ecgdash_alarms_active", .gauge, "Alarms that are on.",
      groups.map { kind, priority in
        (
          [("kind", kind), ("priority", priority)],
          Double(hub.activeAlarms.count { $0.kind == kind && $0.priority == priority })
        )
      })
    single(
      "ecgdash_bed_seconds_total", .counter, "Seconds for which beds were watched, added up.",
      state.bedSeconds)
    let bedDays = state.bedSeconds / 86_400
    family(
      "ecgdash_alarms_per_bed_day", .gauge, "Alarms started for each bed and day, since the start.",
      bedDays <= 0
        ? []
        : groups.map { kind, priority in
          let starts = state.started.filter { $0.key.kind == kind && $0.key.priority == priority }
          return (
            [("kind", kind), ("priority", priority)],
            Double(starts.values.reduce(0, +)) / bedDays
          )
        })
    histogram(
      "ecgdash_alert_delay_seconds",
      "From the arrival of a packet to the publishing of the alert that it completed.",
      state.alertDelay)
    histogram("ecgdash_window_score", "Scores of judged windows.", state.scores)
    single(
      "ecgdash_windows_over_limit_total", .counter, "Windows whose score reached the limit.",
      Double(state.overLimit))
  }

  mutating func writePage(_ state: WardMetrics.State, _ hub: Hub.Figures, version: String) {
    family("ecgdash_build_info", .gauge, "This program's version.", [([("version", version)], 1)])
    family(
      "ecgdash_waveform_frames_total", .counter, "Waveform frames received.",
      zip(["cleaned", "reconstruction"], state.frames).map { ([("kind", $0)], Double($1)) })
    single("ecgdash_browsers", .gauge, "Browsers that watch.", Double(hub.browsers))
    single(
      "ecgdash_queued_bytes", .gauge, "Bytes that wait for the slowest browser.",
      Double(hub.queuedBytes))
    single(
      "ecgdash_browsers_dropped_total", .counter, "Browsers let go because they were too slow.",
      Double(hub.droppedSlow))
  }
}
