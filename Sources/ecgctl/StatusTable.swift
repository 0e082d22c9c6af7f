import ECGWire
import Foundation

/// A status report as text: the daemon's lines, then a table of its streams.
struct StatusTable {
  let isColoured: Bool

  func text(_ status: StatusReport) -> String {
    var lines = daemon(status)
    lines.append("")
    lines += status.streams.isEmpty ? ["No stream yet."] : streams(status.streams)
    return lines.joined(separator: "\n")
  }

  private func daemon(_ status: StatusReport) -> [String] {
    var lines = [
      "ecgd \(status.version)   up \(Self.duration(status.uptimeSeconds))   "
        + "\(Self.counted(status.streams.count, "stream")) on "
        + "\(Self.counted(status.shards, "shard"))"
    ]
    if let silent = status.shardsSilent, silent > 0 {
      lines.append("warning  \(Self.counted(silent, "shard")) did not answer; streams are missing")
    }
    if let model = status.model {
      lines.append("model    \(model.name)   \(model.hash.prefix(12))")
    }
    lines.append(
      "alerts   \(status.activeAlarms) on, \(status.alertsPublished) published")
    lines.append(
      "packets  \(status.packets)   rejected: \(Self.reasons(status.rejected) ?? "none")")
    if let latency = status.latency, latency.count > 0 {
      lines.append(
        "latency  p50 \(Self.ms(latency.p50Ms))   p99 \(Self.ms(latency.p99Ms))   "
          + "p99.9 \(Self.ms(latency.p999Ms))   max \(Self.ms(latency.maximumMs))")
    }
    return lines
  }

  private func streams(_ streams: [StatusReport.Stream]) -> [String] {
    let header = [
      "stream", "state", "lead", "rate", "time", "beats", "HR", "quality", "score", "limit",
      "missing", "gaps", "alarms",
    ]
    let rows = streams.map(row)
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let texts: Set = [0, 1, 2, 12]
    func line(_ cells: [String]) -> String {
      cells.indices.map { i in
        texts.contains(i)
          ? WatchLine.left(cells[i], widths[i]) : WatchLine.right(cells[i], widths[i])
      }
      .joined(separator: "  ").trimmingTrailingSpaces
    }
    var lines = [bold(line(header))]
    for (stream, row) in zip(streams, rows) {
      lines.append(line(row))
      if let learnt = Self.learnt(stream) { lines.append("    " + learnt) }
      if let reasons = Self.reasons(stream.rejected) { lines.append("    rejected: \(reasons)") }
    }
    return lines
  }

  private func row(_ stream: StatusReport.Stream) -> [String] {
    let learning = stream.learnt.map { " \(Int($0.progress * 100))%" } ?? ""
    let lead = stream.lead ?? "-"
    let others = stream.leads.count - 1
    return [
      stream.id,
      Self.words(stream.state.rawValue) + (stream.state == .learning ? learning : ""),
      others > 0 ? "\(lead) +\(others)" : lead,
      stream.sampleRateHz > 0 ? String(format: "%g", stream.sampleRateHz) : "-",
      stream.sampleRateHz > 0 ? Self.duration(Double(stream.samples) / stream.sampleRateHz) : "-",
      "\(stream.beats)",
      stream.heartRate.map { String(format: "%.0f", $0) } ?? "-",
      stream.quality.map { String(format: "%.2f", $0) } ?? "-",
      stream.score.map(WatchLine.number) ?? "-",
      stream.limit.map(WatchLine.number) ?? "-",
      "\(stream.missing + stream.lost)",
      "\(stream.gaps)",
      stream.alarms.isEmpty ? "-" : stream.alarms.map(Self.words).joined(separator: ", "),
    ]
  }

  /// "learnt in 74 s: 2 normal beats, 78% 92 ms and 20% 131 ms, at 71 bpm; rhythm regular; limit for 0.5
  /// false alerts/h".
  static func learnt(_ stream: StatusReport.Stream) -> String? {
    guard let learnt = stream.learnt, let phase = learnt.phase else { return nil }
    var parts: [String] = []
    if let references = learnt.references {
      let beats = references.map {
        String(format: "%.0f%% %.0f ms", 100 * $0.share, $0.widthMs)
      }
      var text = counted(references.count, "normal beat") + ": " + beats.joined(separator: ", ")
      if let rate = learnt.heartRate { text += String(format: ", at %.0f bpm", rate) }
      parts.append(text)
    }
    parts += learnt.reasons ?? []
    if let rhythm = learnt.rhythm { parts.append("rhythm \(rhythm)") }
    if let rate = learnt.falseAlertsPerHour {
      parts.append(String(format: "limit for %g false alerts/h", rate))
    }
    let time = learnt.afterSeconds.map { String(format: " in %.0f s", $0) } ?? ""
    return parts.isEmpty ? nil : phase + time + "  " + parts.joined(separator: "; ")
  }

  private func bold(_ text: String) -> String {
    isColoured && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
      ? "\u{1b}[1m\(text)\u{1b}[0m" : text
  }

  /// "late 3, badMagic 1", the most frequent first; nil where there is none.
  static func reasons(_ counters: [String: Int64]) -> String? {
    let present = counters.filter { $0.value > 0 }.sorted {
      ($1.value, $0.key) < ($0.value, $1.key)
    }
    return present.isEmpty ? nil : present.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  static func words(_ name: String) -> String {
    name.reduce(into: "") { words, letter in
      if letter.isUppercase { words += " " }
      words += letter.lowercased()
    }
  }

  static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  static func ms(_ value: Double) -> String {
    String(format: value < 10 ? "%.2f ms" : "%.0f ms", value)
  }

  /// "0:05:12", with days before it where there are any.
  static func duration(_ seconds: Double) -> String {
    let total = Int(seconds)
    let days = total / 86_400
    return (days > 0 ? "\(days)d " : "") + "\(total / 3600 % 24):"
      + WatchLine.pad(total / 60 % 60, 2) + ":" + WatchLine.pad(total % 60, 2)
  }
}

extension String {
  fileprivate var trimmingTrailingSpaces: String {
    var text = self
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
